// Single-key shortcuts, as printed on the buttons. They rest while somebody types, and each agent can switch them off.

const REMEMBERED = "console-keys";
const tick = document.getElementById("keys-on");

export function listen(actions) {
  tick.checked = localStorage.getItem(REMEMBERED) !== "off";
  const show = () => document.body.classList.toggle("keys-off", !tick.checked);
  tick.addEventListener("change", () => {
    localStorage.setItem(REMEMBERED, tick.checked ? "on" : "off");
    show();
  });
  show();
  document.addEventListener("keydown", (event) => {
    if (!tick.checked || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("textarea, input:not([type=checkbox]), select")) return;
    const name = named(event.key);
    if (actions(name, event.key)) event.preventDefault();
  });
}

const names = new Map(
  document.querySelector("[data-keys]").dataset.keys.split(" ").map((pair) => pair.split("=").reverse()),
);

function named(key) {
  return names.get(key.toUpperCase());
}
