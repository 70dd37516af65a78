package assetscan.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Lines of UTF-8 from a stream; one that is too long is passed over without being held. */
final class Lines {
    private final InputStream in;
    private final int max;
    private final byte[] buffer = new byte[65536];
    private int from;
    private int to;

    Lines(InputStream in, int max) {
        this.in = in;
        this.max = max;
    }

    /** The next line without its end; "" for one that was too long; null at the end of the stream. */
    String next() throws IOException {
        ByteArrayOutputStream held = new ByteArrayOutputStream();
        boolean any = false;
        boolean skip = false;
        for (;;) {
            if (from == to) {
                from = 0;
                to = Math.max(in.read(buffer), 0);
                if (to == 0) {
                    return any && !skip ? held.toString(StandardCharsets.UTF_8) : null;
                }
            }
            any = true;
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            skip = skip || held.size() + end - from > max;
            if (skip) {
                held.reset();
            } else {
                held.write(buffer, from, end - from);
            }
            from = end;
            if (end < to) {
                from++;
                return skip ? "" : held.toString(StandardCharsets.UTF_8);
            }
        }
    }
}
