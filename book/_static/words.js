// The few labels of the theme that have no Chinese translation.
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
});
