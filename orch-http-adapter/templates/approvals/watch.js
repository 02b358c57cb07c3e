"use strict";
// Puts another list in the place of this one as soon as there is one, and leaves alone what is being read or written.
const main = document.getElementById("approvals");
function replace(html) {
  const kept = new Map();
  for (const card of main.querySelectorAll("details[open]")) {
    const comment = card.querySelector("textarea");
    const choice = card.querySelector("input[type=radio]:checked");
    kept.set(card.id, { comment: comment && comment.value, choice: choice && choice.value });
  }
  const focused = document.activeElement.closest && document.activeElement.closest("details");
  const focusedName = document.activeElement.name;
  main.innerHTML = html;
  for (const [id, was] of kept) {
    const card = document.getElementById(id);
    if (!card) continue;
    card.open = true;
    const comment = card.querySelector("textarea");
    if (comment && was.comment) comment.value = was.comment;
    const choice = was.choice && card.querySelector("input[type=radio][value='" + was.choice + "']");
    if (choice) choice.checked = true;
    const field = focused && focused.id === id && focusedName && card.querySelector("[name='" + focusedName + "']");
    if (field) field.focus();
  }
}
async function watch() {
  for (;;) {
    const list = document.getElementById("list");
    try {
      const answer = await fetch(list.dataset.home + "/list?known=" + list.dataset.known, { cache: "no-store" });
      if (answer.status === 401) return location.reload();
      if (answer.status === 200) replace(await answer.text());
      else if (answer.status !== 204) await pause();
    } catch (_) {
      await pause();
    }
  }
}
function pause() {
  return new Promise((resume) => setTimeout(resume, 2000));
}
watch();
