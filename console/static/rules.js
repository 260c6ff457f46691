// A draft's forms: the first fault gets the focus, unsaved words are not lost by a slip, a colleague's saving is told.

const LOOK_EVERY = 5000;

document.querySelector("[data-first-fault]") && document.querySelector("[aria-invalid='true']")?.focus();
document.querySelector("[autofocus]")?.scrollIntoView({ block: "center" });

let changed = false;
const form = document.querySelector("[data-leaving]");
form?.addEventListener("input", () => { changed = true; });
form?.addEventListener("submit", () => { changed = false; });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

const together = document.querySelector("[data-together]");
const newer = together?.querySelector("[data-newer]");

async function look() {
  try {
    const answer = await fetch(together.dataset.at, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok && (await answer.json()).newer) newer.hidden = false;
  } catch { /* the next look asks again */ }
  if (newer.hidden) setTimeout(look, LOOK_EVERY);
}

if (newer) setTimeout(look, LOOK_EVERY);

// the list of announcements is long: what does not hold the words that are looked for steps aside
const find = document.querySelector("[data-find]");
find?.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  for (const row of document.querySelectorAll("[data-rows] > li")) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});

// one more exceptional day: the last row again, empty, under the next number
for (const button of document.querySelectorAll("[data-add-day]")) {
  button.hidden = false;
  button.addEventListener("click", () => addDay(button.closest("fieldset")));
}

function addDay(fieldset) {
  const rows = fieldset.querySelectorAll(".day-row");
  const count = fieldset.querySelector("input[name$='.rows']");
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  const [was, now] = [Number(count.value) - 1, Number(count.value)];
  row.setAttribute("aria-label", last.getAttribute("aria-label").replace(String(was + 1), String(now + 1)));
  for (const part of row.querySelectorAll("input, label")) {
    for (const name of ["id", "for", "name"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace(`.${was}.`, `.${now}.`).replace(`-${was}-`, `-${now}-`));
    }
    if (part.type === "checkbox") part.checked = false;
    else if (part.tagName === "INPUT") part.value = "";
  }
  last.after(row);
  count.value = String(now + 1);
  row.querySelector("input").focus();
}

// a typed moment is meant: "later" is chosen with it, and "at once" takes it away again
const moment = document.querySelector("#publish_at");
const when = (value) => document.querySelector(`input[name='when'][value='${value}']`);
moment?.addEventListener("input", () => { if (moment.value) when("later").checked = true; });
if (moment) when("now").addEventListener("change", () => { moment.value = ""; });
