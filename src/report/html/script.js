"use strict";
// Filter and search. The page says everything without this script; the controls appear only where it runs.
(() => {
  const filter = document.getElementById("filter");
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const boxes = [...filter.querySelectorAll("input[type=checkbox]")];
  const checks = [...document.querySelectorAll("#findings article.check")].map((box) => ({
    box,
    text: box.textContent.toLowerCase(),
    findings: [...box.querySelectorAll(".finding")].map((one) => ({
      one,
      outcome: one.dataset.outcome,
      text: one.textContent.toLowerCase(),
    })),
  }));
  const apply = () => {
    const wanted = search.value.trim().toLowerCase();
    const outcomes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const check of checks) {
      const head = wanted !== "" && check.text.includes(wanted);
      let any = false;
      for (const finding of check.findings) {
        const on = outcomes.has(finding.outcome) && (wanted === "" || finding.text.includes(wanted) || head);
        finding.one.toggleAttribute("data-off", !on);
        any ||= on;
        count += on ? 1 : 0;
      }
      for (const same of check.box.querySelectorAll(".same")) {
        same.toggleAttribute("data-off", same.querySelector(".finding:not([data-off])") === null);
      }
      check.box.toggleAttribute("data-off", !any);
    }
    shown.textContent = String(count);
  };
  filter.hidden = false;
  search.addEventListener("input", apply);
  for (const box of boxes) box.addEventListener("change", apply);
  apply();
})();
