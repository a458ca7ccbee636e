document.addEventListener("DOMContentLoaded", () => {
  // Filters: their state is the address's hash, so that a link can be passed on.
  const form = document.querySelector("form.filters");
  const fields = [...form.elements].filter((element) => element.name);
  const words = Object.fromEntries([...form.elements.result].map((option) => [option.value, Object.values(option.dataset)]));
  const rows = [...document.querySelectorAll("#cases tbody tr")].map((row) => {
    const name = row.querySelector("th");
    const result = row.parentElement.dataset.result;
    return {
      row, result, operation: name.textContent.trim().split("/")[0],
      answer: name.nextElementSibling.nextElementSibling.textContent,
      text: [row.textContent, ...(words[result] ?? [])].join(" ").toLowerCase(),
    };
  });
  const held = byId("held");
  function filter() {
    const { q, result, operation, answer } = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    const wanted = q.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const each of rows) {
      const fits = (!result || each.result === result) && (!operation || each.operation === operation)
        && (!answer || each.answer === answer) && wanted.every((word) => each.text.includes(word));
      each.row.hidden = !fits;
      shown += fits;
    }
    if (held && fields.some((field) => field.value)) held.open = true;
    byId("shown").textContent = say(byId("shown"), { n: shown, all: rows.length });
    byId("nothing").hidden = shown > 0;
  }
  const write = () => {
    const state = new URLSearchParams(fields.filter((field) => field.value).map((field) => [field.name, field.value]));
    history.replaceState(null, "", `#${String(state) || "cases"}`);
    filter();
  };
  const read = () => {
    if (!location.hash.includes("=")) {
      const there = byId(location.hash.slice(1));
      if (there?.tagName === "DETAILS") there.open = true;
      return;
    }
    const state = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      field.value = state.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
    filter();
    byId("cases").scrollIntoView();
  };
  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(write));
  addEventListener("hashchange", read);
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    form.elements.q.focus();
  });

  // Copying: by the clipboard where the browser allows it, else by selecting.
  const copy = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      if (!document.execCommand("copy")) return;
    }
    byId("status").textContent = "";
    requestAnimationFrame(() => { byId("status").textContent = say(byId("status")); });
  };
  for (const button of document.querySelectorAll("button.copy")) {
    button.addEventListener("click", async () => {
      await copy(button.parentElement.querySelector("code"));
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1500);
    });
  }

  // On paper nothing is folded.
  const folded = [];
  addEventListener("beforeprint", () => {
    folded.push(...document.querySelectorAll("details:not([open])"));
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of folded.splice(0)) details.open = false; });

  document.addEventListener("spoken", filter);
  filter();
  read();
});
