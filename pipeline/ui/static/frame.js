// Follow Airflow's light or dark mode, and let links lead out of Airflow's frame.
"use strict";

// Airflow keeps the choice of its menu under this name: light, dark or system.
function followTheme() {
  const chosen = window.localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  } else {
    delete document.documentElement.dataset.theme;
  }
}

// Airflow's frame may not open a tab, so the page around it does, which is of this same origin. Without
// a frame links work by themselves.
function openOutside(event) {
  const link = event.target.closest('a[target="_blank"]');
  if (link === null || window.parent === window) return;
  event.preventDefault();
  const copy = window.parent.document.createElement("a");
  copy.href = link.href;
  copy.rel = link.rel;
  copy.target = link.target;
  copy.click();
}

try {
  followTheme();
  window.addEventListener("storage", followTheme);
} catch {
  // A browser that keeps nothing: the style sheet follows the system's setting.
}
document.addEventListener("click", openOutside);
