"""What a page on a telephone would cut off: a button's words or key beside its edge, a table to be pushed sideways."""

from playwright.sync_api import Page

CUT = """() => {
  const cut = [];
  for (const button of document.querySelectorAll("button, .button")) {
    const edge = button.getBoundingClientRect();
    for (const part of button.children) {
      const box = part.getBoundingClientRect();
      if (edge.width && box.width > 1 && (box.right > edge.right + 1 || box.left < edge.left - 1))
        cut.push(`${button.textContent.trim()}: ${part.tagName} sticks out`);
    }
  }
  for (const table of document.querySelectorAll(".scroll"))
    if (table.scrollWidth > table.clientWidth + 1)
      cut.push(`table pushed sideways: ${table.getAttribute("aria-labelledby")}`);
  return cut;
}"""


def cut_off(page: Page) -> list[str]:
    """At the page's present width."""
    found: list[str] = page.evaluate(CUT)
    return found
