// Shows the list of all runs from the page's data: filter, search, pages. It makes text nodes only, never markup.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const { rows, folders, reasons, grades, decisions } = JSON.parse(byId("data").textContent);
  const PAGE = 100;
  const NEW = 1, SUPPORTS = 2, UNMET = 4;
  const controls = byId("controls"), list = byId("runs"), told = byId("told");
  const search = byId("search"), before = byId("before"), after = byId("after");
  const boxes = decisions.map((name) => byId("show-" + name));
  const only = { new: byId("only-new"), supports: byId("only-supports") };
  rows.sort((a, b) => b[5] - a[5] || (a[0] < b[0] ? 1 : -1));
  const words = rows.map((r) => [r[0], folders[r[1]], reasons[r[3]], grades[r[4]] || ""].join("\n").toLowerCase());
  let found = [], first = 0;

  const make = (tag, kind, text) => {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const item = ([name, folder, decision, reason, grade, seconds, page, flags]) => {
    const line = make("li", decisions[decision]);
    line.append(make("span", "tag " + decisions[decision], decisions[decision]));
    const link = make("a", "", name);
    link.setAttribute("href", "runs/" + page);
    const title = make("span", "run");
    title.append(link);
    if (flags & NEW) title.append(" ", make("small", "", "new"));
    if (flags & UNMET) title.append(" ", make("small", "", "not met in the last sweep"));
    line.append(title, make("span", "why", reasons[reason]));
    const rest = [new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " "), grades[grade], folders[folder]];
    line.append(make("span", "rest", rest.filter(Boolean).join(" \u00b7 ")));
    return line;
  };
  const show = () => {
    first = Math.max(0, Math.min(first, Math.floor((found.length - 1) / PAGE) * PAGE));
    const last = Math.min(first + PAGE, found.length);
    list.replaceChildren(...found.slice(first, last).map((at) => item(rows[at])));
    const number = (n) => n.toLocaleString("en");
    told.textContent = found.length
      ? `${number(first + 1)} to ${number(last)} of ${number(found.length)} runs`
      : "No run is like that.";
    before.disabled = first === 0;
    after.disabled = last >= found.length;
  };
  const filter = () => {
    const wanted = boxes.map((box) => box.checked);
    const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = [];
    rows.forEach((row, at) => {
      if (!wanted[row[2]] || (only.new.checked && !(row[7] & NEW))) return;
      if (only.supports.checked && !(row[7] & SUPPORTS)) return;
      if (asked.every((word) => words[at].includes(word))) found.push(at);
    });
    first = 0;
    show();
  };
  const turn = (by) => { first += by; show(); byId("all").scrollIntoView(); };
  [...boxes, only.new, only.supports].forEach((box) => box.addEventListener("change", filter));
  search.addEventListener("input", filter);
  before.addEventListener("click", () => turn(-PAGE));
  after.addEventListener("click", () => turn(PAGE));
  controls.hidden = false;
  byId("turn").hidden = false;
  byId("newest").hidden = true;
  filter();
})();
