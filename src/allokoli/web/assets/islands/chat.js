// The configurator's conversation: the page works without this; it adds the owner's own bubble at
// once, the typing dots, Enter to send, and keeps the last words in view, or the part being edited.

export function followChat(document) {
  let edited = null;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  function toLastWords(smooth) {
    const end = document.querySelector("[data-thread-end]");
    end?.scrollIntoView({ block: "end", behavior: smooth && !calm.matches ? "smooth" : "auto" });
  }

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-composer] textarea")) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (field.value.trim()) field.form.requestSubmit();
  });

  document.addEventListener("htmx:before:request", (event) => {
    const part = event.target.closest?.("[data-part]");
    edited = part && { form: event.target, name: part.dataset.part, recap: part.closest("[data-recap]") };
    const form = event.target.closest?.("[data-composer]");
    if (!form) return;
    const said = event.detail.ctx.request.body?.get?.("text") ?? "";
    const thread = document.querySelector("[data-thread]");
    const mine = document.querySelector("#pending-mine").content.firstElementChild.cloneNode(true);
    mine.textContent = said;
    const typing = document.querySelector("#pending-typing").content.firstElementChild.cloneNode(true);
    thread.append(mine, typing);
    document.querySelector("[data-suggestions]")?.replaceChildren();
    const field = form.querySelector("textarea");
    if (field) field.value = "";
    toLastWords(true);
  });

  document.addEventListener("htmx:after:swap", (event) => {
    if (!event.target.closest?.("[data-conversation]") && !document.querySelector("[data-conversation]")) return;
    for (const pending of document.querySelectorAll("[data-pending]")) pending.remove();
    if (edited) {
      // Who writes a part stays there: in its form while it is refused, else on its line.
      if (!edited.form.isConnected) edited.recap?.querySelector(`[data-part="${edited.name}"] summary`)?.focus();
      return;
    }
    toLastWords(true);
    const field = document.querySelector("#sign-up #email, [data-composer] textarea");
    if (field && matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
  });

  document.addEventListener("htmx:error", () => {
    for (const typing of document.querySelectorAll("[data-pending='typing']")) typing.remove();
    document.querySelector("[data-connection-lost]")?.removeAttribute("hidden");
  });

  if (document.querySelector("[data-thread]")) toLastWords(false);
}
