"""What the tests ask of a page in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


def visit(chrome: Chrome, page: Path, *, width: int = 1000, dark: bool = False, media: str = "") -> None:
    """Open the page in a window of this width. What an earlier page logged is thrown away."""
    chrome.get_log("browser")  # type: ignore[no-untyped-call]
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [scheme]})
    chrome.get(page.as_uri())


def run(chrome: Chrome, script: str) -> Any:
    """Return what a piece of JavaScript returns in the open page."""
    return chrome.execute_script(script)


def complaints(chrome: Chrome) -> list[str]:
    """Return what the browser's console says of the open page: errors, and violations of its security policy."""
    return [entry["message"] for entry in chrome.get_log("browser")]  # type: ignore[no-untyped-call]


def overflow(chrome: Chrome) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = run(chrome, "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def contrasts(chrome: Chrome) -> list[tuple[float, str]]:
    """Return the contrast of each text on the page with what is painted behind it, the faintest first (WCAG 2.2)."""
    found: list[list[Any]] = run(chrome, _CONTRAST)
    return sorted((float(ratio), text) for ratio, text in found)


_CONTRAST = """
const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
const light = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = numbers(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const seen = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
  if (!text || ["SCRIPT", "STYLE"].includes(element.tagName) || !element.checkVisibility()) continue;
  if (element.closest("svg") || element.closest("button:disabled")) continue;
  const [a, b] = [luminance(numbers(getComputedStyle(element).color)), luminance(behind(element))];
  seen.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text.slice(0, 60)]);
}
return seen;
"""
