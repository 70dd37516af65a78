/* report.js: sorts, filters and opens the table of the HTML report.  Without it
 * the page can be read whole; nothing is drawn here.  Loads nothing.
 *
 * It stands in the head, so that the rows behind the first ones (class far) are
 * not laid out before it can take over: of ten thousand that takes long. */
"use strict";
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", function () {
	const first = 500;	/* rows that are shown until somebody asks for all */
	const table = document.getElementById("table");
	const find = document.getElementById("find");
	const state = document.getElementById("state");
	const refused = document.getElementById("refused");
	const shown = document.getElementById("shown");
	const chips = document.getElementById("chips");
	const none = document.getElementById("none");
	const rest = document.getElementById("rest");
	const rows = Array.from(table.tBodies).map(function (body) {
		return { body: body, cells: body.rows[0].cells, text: null, keys: [] };
	});
	const picked = new Map();	/* what -> value */
	const names = {
		os: "System", cause: "Cause", support: "Support", group: "Hosts", outcome: "Asset",
		asset: "Assets", full: "Disks", host: "Host",
	};
	let sorted = -1, down = false, limit = first;

	/* --- details -------------------------------------------------------- */

	/* The text in a noscript element was made for this page and is escaped in it; the
	 * page's policy lets no script in it run, whatever it holds. */
	function fill(body) {
		const hidden = body.querySelector("tr.more noscript");

		if (hidden === null)
			return;
		const made = new DOMParser().parseFromString(hidden.textContent, "text/html");
		hidden.replaceWith.apply(hidden, Array.from(made.body.childNodes));
	}

	table.addEventListener("toggle", function (event) {
		if (event.target.parentNode.scope !== "row")
			return;
		const body = event.target.closest("tbody");

		body.classList.toggle("open", event.target.open);
		if (event.target.open)
			fill(body);
	}, true);

	/* --- filters -------------------------------------------------------- */

	function textOf(row) {
		if (row.text === null)
			row.text = Array.from(row.cells, function (cell) {
				return cell.textContent;
			}).join("\n").toLowerCase();
		return row.text;
	}

	function fits(row, words) {
		const data = row.body.dataset;

		for (const [what, value] of picked)
			if (data[what] !== value)
				return false;
		if (state.value !== "" && data.state !== state.value)
			return false;
		if (!refused.checked && data.group === "refused" && state.value !== "refused" &&
		    picked.get("cause") === undefined && picked.get("group") === undefined)
			return false;
		return words.every(function (word) {
			return textOf(row).includes(word);
		});
	}

	function filter() {
		const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
		let n = 0;

		for (const row of rows) {
			const good = fits(row, words), seen = good && n < limit;

			if (row.body.hidden === seen)
				row.body.hidden = !seen;
			n += good;
		}
		shown.textContent = n === rows.length ? String(n) : n + " of " + rows.length;
		none.hidden = n > 0;
		rest.hidden = n <= limit;
		rest.firstElementChild.textContent = "The first " + limit + " are shown. Show all " + n;
	}

	function showAll(all) {
		limit = all ? Infinity : first;
		filter();
	}

	rest.firstElementChild.addEventListener("click", function () {
		showAll(true);
	});
	if (rows.length > first) {
		addEventListener("beforeprint", function () { showAll(true); });
		addEventListener("afterprint", function () { showAll(false); });
	}

	function drawChips() {
		chips.textContent = "";
		for (const [what, value] of picked) {
			const chip = document.createElement("button");
			const label = what === "full" ? "nearly full" : what === "host" ?
				rows.find(function (r) { return r.body.dataset.host === value; }).cells[0].textContent : value;

			chip.type = "button";
			chip.className = "chip";
			chip.textContent = names[what] + ": " + label.slice(0, 60) + " \u00d7";
			chip.title = "Take this filter off";
			chip.addEventListener("click", function () {
				pick(what, value);
			});
			chips.append(chip);
		}
		for (const one of document.querySelectorAll(".pick"))
			one.classList.toggle("on", picked.get(one.dataset.f) === one.dataset.v);
	}

	function pick(what, value) {
		if (picked.get(what) === value)
			picked.delete(what);
		else
			picked.set(what, value);
		drawChips();
		filter();
	}

	for (const one of document.querySelectorAll(".pick")) {
		const go = function () {
			pick(one.dataset.f, one.dataset.v);
		};

		one.setAttribute("tabindex", "0");
		one.setAttribute("role", "button");
		one.addEventListener("click", go);
		one.addEventListener("keydown", function (event) {
			if (event.key === "Enter" || event.key === " ") {
				event.preventDefault();
				go();
			}
		});
	}

	/* --- sorting -------------------------------------------------------- */

	const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

	function key(row, column) {
		if (row.keys[column] === undefined) {
			const cell = row.cells[column];

			row.keys[column] = cell.dataset.k !== undefined ? cell.dataset.k : cell.textContent.trim();
		}
		return row.keys[column];
	}

	/* What is empty stands last, both ways. */
	function sort(column) {
		down = sorted === column && !down;
		sorted = column;
		rows.sort(function (a, b) {
			const x = key(a, column), y = key(b, column);

			if (x === "" || y === "")
				return (x === "") - (y === "");
			return down ? order.compare(y, x) : order.compare(x, y);
		});
		const all = document.createDocumentFragment();

		for (const row of rows)
			all.append(row.body);
		table.append(all);
		Array.from(table.tHead.rows[0].cells, function (cell, i) {
			if (i === column)
				cell.setAttribute("aria-sort", down ? "descending" : "ascending");
			else
				cell.removeAttribute("aria-sort");
		});
		filter();
	}

	Array.from(table.tHead.rows[0].cells, function (cell, i) {
		const button = document.createElement("button");

		button.type = "button";
		button.textContent = cell.textContent;
		button.addEventListener("click", function () {
			sort(i);
		});
		cell.replaceChildren(button);
	});

	/* --- the beginning -------------------------------------------------- */

	const states = new Map(rows.map(function (row) {
		return [row.cells[2].textContent, row.body.dataset.state];
	}));

	for (const word of Array.from(states.keys()).sort())
		state.append(new Option(word, states.get(word)));
	if (!rows.some(function (row) { return row.body.dataset.group === "refused"; }) ||
	    rows.every(function (row) { return row.body.dataset.group === "refused"; })) {
		refused.checked = true;
		refused.parentNode.hidden = true;
	}
	find.addEventListener("input", filter);
	state.addEventListener("change", filter);
	refused.addEventListener("change", filter);
	document.querySelector(".tools").hidden = false;
	filter();
	for (const row of rows)
		row.body.classList.remove("far");
});
