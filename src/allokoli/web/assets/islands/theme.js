// Light or dark: the system decides until the person does; the choice is a cookie, so that the
// server writes it in the page and nothing flashes.

const LIGHT = "tomette";
const DARK = "veillee";
const YEAR_S = 365 * 24 * 3600;

export function followTheme(document) {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const root = document.documentElement;
    const shown = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? DARK : LIGHT);
    root.dataset.theme = shown === DARK ? LIGHT : DARK;
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  });
}
