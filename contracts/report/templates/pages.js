// What both pages share: theme, language, and times as the reader's clock has them.
"use strict";
const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const recall = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* a page from disk may not */ } };
const say = (element, values = {}) => (root.lang === "en" ? element.dataset.en : element.dataset.zh)
  .replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);

root.classList.add("scripted");
const theme = recall("zct-theme");
if (theme) root.dataset.theme = theme;
const preferred = (navigator.language || "").toLowerCase().startsWith("zh") ? "zh-CN" : "en";
root.lang = recall("zct-language") || preferred;

document.addEventListener("DOMContentLoaded", () => {
  // Texts stand in a page twice; only what has no room for that, times and the title are put in here.
  const speak = () => {
    for (const option of document.querySelectorAll("option[data-en]")) option.textContent = say(option);
    for (const named of document.querySelectorAll("[aria-label][data-en]")) named.setAttribute("aria-label", say(named));
    for (const time of document.querySelectorAll("time")) {
      const date = new Date(time.dateTime);
      time.title = time.title || time.textContent;
      if (!isNaN(date)) time.textContent = date.toLocaleString(root.lang, { dateStyle: "medium", timeStyle: "long" });
    }
    document.title = say(document.querySelector("title"));
    document.dispatchEvent(new Event("spoken"));
  };
  byId("language").addEventListener("click", () => {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
    remember("zct-language", root.lang);
    speak();
  });
  byId("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember("zct-theme", root.dataset.theme);
  });
  speak();
});
