document.addEventListener("DOMContentLoaded", () => {
  // Filters: what is of another target or release goes.
  const form = document.querySelector("form");
  const filter = () => {
    const { target, release } = Object.fromEntries([...form.elements].map((field) => [field.name, field.value]));
    for (const each of document.querySelectorAll("[data-target]")) {
      each.hidden = (target !== "" && each.dataset.target !== target) || (release !== "" && each.dataset.release !== release);
    }
  };
  form.addEventListener("input", filter);
  filter();
});
