
(function () {
  "use strict";
  var search = document.getElementById("search");
  var count = document.getElementById("count");
  var none = document.getElementById("none");
  var groups = document.querySelectorAll(".group");
  var events = Array.prototype.map.call(document.querySelectorAll(".event"), function (element) {
    var parts = element.querySelectorAll(".event > summary, .fields tbody");
    return { element: element, text: Array.prototype.map.call(parts, function (part) { return part.textContent; }).join("\n").toLowerCase() };
  });

  function narrow() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    events.forEach(function (event) {
      var fits = words.every(function (word) { return event.text.indexOf(word) >= 0; });
      event.element.hidden = !fits;
      if (fits) shown++;
    });
    groups.forEach(function (group) {
      group.hidden = !group.querySelector(".event:not([hidden])");
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

  // A link to an event opens it, in browsers that do not do so themselves, and although a
  // search hides it.
  function follow() {
    var id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch (malformed) { return; }
    var target = id && document.getElementById(id);
    if (!target) return;
    var event = target.closest(".event");
    if (target.hidden || event && event.hidden) {
      search.value = "";
      narrow();
    }
    if (event) {
      event.open = true;
      event.scrollIntoView();
    }
  }

  search.addEventListener("input", narrow);
  addEventListener("hashchange", follow);
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && event.target.tagName !== "INPUT") {
      event.preventDefault();
      search.focus();
    }
  });
  document.getElementById("tools").hidden = false;
  narrow();
  follow();
})();
