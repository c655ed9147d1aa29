// Buttons that copy what they name: data-copy="#id-of-the-element".

const SHOWN_MS = 1800;

export function followCopies(document) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without the clipboard (plain http), select the text so that the keyboard can copy it.
      source.select?.();
      return;
    }
    const label = button.querySelector("[data-copy-label]") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => (label.textContent = before), SHOWN_MS);
  });
}
