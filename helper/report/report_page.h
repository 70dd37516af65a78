/* report_page.h: report.css and report.js, which travel inside the program
 * (build/gen/report_page.c, made by helper/report/embed-page), and the SHA-256 of
 * each in base64: the page's policy allows these two and nothing else.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

extern const char report_css[], report_css_sha256[];
extern const char report_js[], report_js_sha256[];

#endif
