
(function () {
  "use strict";
  var search = document.getElementById("search");
  var count = document.getElementById("count");
  var none = document.getElementById("none");
  var events = Array.prototype.map.call(document.querySelectorAll(".event"), function (element) {
    return { element: element, text: element.querySelector("summary").textContent.toLowerCase() };
  });

  function narrow() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    events.forEach(function (event) {
      var fits = words.every(function (word) { return event.text.indexOf(word) >= 0; });
      event.element.hidden = !fits;
      if (fits) shown++;
    });
    none.hidden = shown > 0;
    count.textContent = shown + " of " + events.length;
  }

  // Without a secure context there is no clipboard, but a selection can be copied.
  function copySelected(pre) {
    var range = document.createRange();
    range.selectNodeContents(pre);
    var selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject();
  }

  document.querySelectorAll(".copy").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var pre = button.parentNode.querySelector("pre");
      var written = navigator.clipboard ? navigator.clipboard.writeText(pre.textContent) : copySelected(pre);
      written.catch(function () { return copySelected(pre); }).then(
        function () { button.textContent = "Copied"; },
        function () { button.textContent = "Select and copy"; }
      ).then(function () {
        setTimeout(function () { button.textContent = "Copy"; }, 2000);
      });
    });
  });

  search.addEventListener("input", narrow);
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && event.target.tagName !== "INPUT") {
      event.preventDefault();
      search.focus();
    }
  });
  document.getElementById("tools").hidden = false;
  narrow();
})();
