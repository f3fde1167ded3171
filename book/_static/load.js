// Loads a script from beside this one when it is first needed. A page opened from a folder may load a script and
// nothing else, so that data come as scripts too.
"use strict";

window.cixiLoad = ((here) => (name) =>
  new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL(name, here);
    script.onload = done;
    script.onerror = () => fail(new Error(`${script.src} is missing`));
    document.head.append(script);
  }))(document.currentScript.src);
