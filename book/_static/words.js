// What the theme leaves to do: labels without a Chinese translation, and names for what has none.
"use strict";

const WORDS = {
  "Link to this heading": "本节链接",
  "Color mode": "明暗模式",
  "System Settings": "跟随系统",
  "Toggle primary sidebar": "显示或隐藏全书目录",
  "Toggle secondary sidebar": "显示或隐藏本页目录",
  "Toggle hidden content": "显示或隐藏代码",
  Main: "全书目录",
  Page: "本页目录",
};

document.addEventListener("DOMContentLoaded", () => {
  for (const attribute of ["title", "aria-label", "data-bs-title"])
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      const word = WORDS[element.getAttribute(attribute)];
      if (word) element.setAttribute(attribute, word);
    }
  // What the theme leaves without a name, outside every landmark, or scrolling for the mouse alone.
  for (const summary of document.querySelectorAll(".bd-sidebar-primary li > details > summary"))
    summary.setAttribute("aria-label", `展开或收起：${summary.parentElement.previousElementSibling.textContent}`);
  const sidebar = document.getElementById("pst-primary-sidebar");
  sidebar?.setAttribute("role", "complementary");
  sidebar?.setAttribute("aria-label", "书名、搜索与目录");
  // A way chosen from the contents list leads there, and closes it.
  const contents = document.getElementById("pst-secondary-sidebar-modal");
  contents?.addEventListener("click", (event) => event.target.closest("a") && contents.close());
  for (const frame of document.querySelectorAll(".cixi-drawing"))
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
});
