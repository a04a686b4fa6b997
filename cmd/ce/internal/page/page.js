
(function () {
  "use strict";
  const find = id => document.getElementById(id);
  const meta = name => document.querySelector('meta[name="ce-' + name + '"]').content;
  const list = find("list"), search = find("search"), detail = find("detail");
  const limit = Number(meta("limit"));
  const rows = new Map(); // of the list, by number; the oldest comes first
  const narrow = matchMedia("(max-width: 48rem)");
  let chosen = 0, paused = false, waiting = null, painting = false, source, asked = "", totals;

  // element returns an element with text. All that comes from a message is text, never markup.
  function element(tag, name, text) {
    const e = document.createElement(tag);
    if (name) e.className = name;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  const plural = (n, noun) => n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s");

  // ---- the list

  function row(m) {
    const e = element("li");
    e.setAttribute("role", "option");
    e.setAttribute("aria-selected", String(m.number === chosen));
    e.tabIndex = -1;
    e.dataset.number = m.number;
    e.append(element("span", m.status >= 300 ? "status bad" : "status", m.status));
    const kind = m.type || (m.events ? "" : m.mode === "no event" ? "no event" : m.mode + " message");
    e.append(element("span", "kind", kind + (m.events > 1 ? " and " + (m.events - 1) + " more" : "")));
    e.append(element("span", "time", m.time));
    if (m.problem) e.append(element("span", "problem", m.problem));
    const more = [m.type ? m.source : "", m.id, m.subject, m.mode, plural(m.bytes, "byte"), m.note].filter(Boolean);
    if (!m.problem) e.append(element("span", "more", more.join("  ·  ")));
    return e;
  }

  // take keeps what the server sends until it is painted: no more than the list can have.
  function take(update) {
    if (update.run && update.run !== meta("run")) { // ce was started again
      location.reload();
      return;
    }
    if (!waiting || update.reset) waiting = { reset: update.reset || Boolean(waiting && waiting.reset), messages: [] };
    waiting.messages = waiting.messages.concat(update.messages).slice(-limit);
    waiting.totals = update.totals;
    if (!paused || update.reset) paint();
    tell();
  }

  function paint() {
    if (painting || !waiting) return;
    painting = true;
    requestAnimationFrame(() => {
      painting = false;
      const update = waiting;
      waiting = null;
      if (!update) return;
      const focused = document.activeElement && document.activeElement.parentNode === list;
      if (update.reset) {
        rows.clear();
        list.textContent = "";
      }
      const added = document.createDocumentFragment();
      for (const m of update.messages) {
        const e = row(m);
        rows.set(m.number, e);
        added.prepend(e);
      }
      list.prepend(added);
      for (const [number, e] of rows) {
        if (number >= update.totals.oldest && rows.size <= limit) break;
        e.remove();
        rows.delete(number);
      }
      totals = update.totals;
      tell();
      const stop = list.querySelector('[tabindex="0"]');
      if (!stop && list.firstChild) {
        list.firstChild.tabIndex = 0; // one row can be reached with Tab, the others with arrows
        if (focused) list.firstChild.focus();
      }
    });
  }

  function tell() {
    const latest = waiting ? waiting.totals : totals;
    if (!latest) return;
    let text = plural(latest.events, "event") + ", " + plural(latest.refused, "message") + " refused";
    if (asked) text = plural(rows.size, "message") + " found · " + text;
    else if (latest.messages > rows.size && !paused) text = "last " + plural(rows.size, "message") + " of " + latest.messages.toLocaleString("en") + " · " + text;
    if (paused && waiting) text = plural(waiting.messages.length, "message") + " waiting · " + text;
    if (find("totals").textContent !== text) find("totals").textContent = text;
    find("none").hidden = rows.size > 0;
    find("none").textContent = asked ? "No message matches." : "No message yet.";
  }

  function connect() {
    if (source) source.close();
    asked = search.value.trim();
    source = new EventSource("stream?q=" + encodeURIComponent(asked));
    source.onopen = () => state("live", "live");
    source.onerror = () => {
      state("lost", "not connected");
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    };
    source.onmessage = event => take(JSON.parse(event.data));
  }

  function state(name, text) {
    find("state").dataset.state = name;
    find("state").textContent = text;
  }

  // ---- a message

  function block(parent, title, text, note) {
    parent.append(element("h3", "", title));
    const pre = element("pre", "", text);
    pre.tabIndex = 0;
    parent.append(pre);
    if (note) parent.append(element("p", "hint", note));
  }

  function showEvent(parent, event, title) {
    parent.append(element("h3", "", title));
    const dl = element("dl");
    for (const a of event.attributes) {
      const div = element("div");
      div.append(element("dt", "", a.name), element("dd", "", a.value));
      dl.append(div);
    }
    parent.append(dl);
    if (event.hasData) block(parent, "Data", event.data, event.dataNote);
  }

  function showReport(parent, m) {
    const cards = (m.violations || []).map(v => {
      const card = element("div", "card bad");
      card.append(element("p", "", v.text));
      if (v.advice) card.append(element("p", "", v.advice));
      if (v.url.startsWith("https://github.com/cloudevents/spec/")) {
        const p = element("p"), a = element("a", "", "What the specification says");
        a.href = v.url;
        a.target = "_blank";
        a.rel = "noreferrer";
        p.append(a);
        card.append(p);
      }
      return card;
    });
    if (m.problem && !cards.length) {
      cards.push(element("div", "card bad"));
      cards[0].append(element("p", "", m.problem));
    }
    if (m.others) cards.push(element("p", "hint", "and " + m.others + " more; ce check shows them"));
    if (m.note) {
      cards.push(element("div", "card"));
      cards[cards.length - 1].append(element("p", "", m.note));
    }
    parent.replaceChildren(...cards);
  }

  function show(m) {
    find("title").textContent = m.type || m.mode;
    find("line").textContent = m.statusText + " · " + m.mode + " · " + m.time + " · from " + m.from;
    showReport(find("report"), m);
    const rest = element("div");
    (m.shown || []).forEach((event, i) => {
      showEvent(rest, event, m.events > 1 ? "Event " + (i + 1) + " of " + m.events : "Event");
    });
    if (m.more) rest.append(element("p", "hint", "and " + plural(m.more, "event") + " more"));
    block(rest, "As it came over the wire", m.wire, m.wireNote);
    if (m.answer) block(rest, "Answer", m.answer);
    find("rest").replaceChildren(rest);
    find("target").disabled = find("replay").querySelector("button").disabled = Boolean(m.noReplay);
    find("replay-note").textContent = m.noReplay ? "It cannot be sent again: " + m.noReplay + "." : "Headers with credentials are left out.";
    find("outcome").textContent = "";
    find("choose").hidden = true;
    detail.hidden = false;
  }

  function choose(number) {
    chosen = number;
    for (const e of list.querySelectorAll('[aria-selected="true"]')) e.setAttribute("aria-selected", "false");
    const e = rows.get(number);
    if (e) e.setAttribute("aria-selected", "true");
    document.body.classList.add("open");
    fetch("messages/" + number).then(answer => answer.json()).then(m => {
      if (chosen !== number) return;
      if (!m.error) {
        show(m);
        find("message").scrollTop = 0;
        if (narrow.matches) find("back").focus();
        return;
      }
      fail(m.error);
    }).catch(() => fail("ce listen does not answer."));
  }

  function fail(text) {
    detail.hidden = true;
    find("choose").hidden = false;
    find("choose").textContent = text;
  }

  function back() {
    document.body.classList.remove("open");
    const e = rows.get(chosen);
    if (e) focusRow(e);
  }

  // ---- what people do

  function focusRow(e) {
    for (const other of list.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    e.tabIndex = 0;
    e.focus();
    e.scrollIntoView({ block: "nearest" });
  }

  list.addEventListener("click", event => {
    const e = event.target.closest("li");
    if (!e) return;
    focusRow(e);
    choose(Number(e.dataset.number));
  });

  list.addEventListener("keydown", event => {
    const e = event.target.closest("li");
    if (!e || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowDown: e.nextElementSibling, ArrowUp: e.previousElementSibling, Home: list.firstElementChild, End: list.lastElementChild };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(Number(e.dataset.number));
    } else if (event.key in to) {
      event.preventDefault();
      const next = to[event.key];
      if (!next) return;
      focusRow(next);
      if (!narrow.matches) choose(Number(next.dataset.number));
    }
  });

  document.addEventListener("keydown", event => {
    const typing = event.target.tagName === "INPUT";
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "ArrowDown" && event.target === search && list.firstElementChild) {
      event.preventDefault();
      focusRow(list.firstElementChild);
    } else if (event.key === "Escape") {
      if (event.target === search && search.value) {
        search.value = "";
        connect();
      } else if (document.body.classList.contains("open")) {
        back();
      }
    }
  });

  let typed;
  search.addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(connect, 150);
  });

  find("pause").addEventListener("click", () => {
    paused = !paused;
    find("pause").setAttribute("aria-pressed", String(paused));
    find("pause").textContent = paused ? "Resume" : "Pause";
    if (!paused) paint();
    tell();
  });

  find("back").addEventListener("click", back);

  find("replay").addEventListener("submit", event => {
    event.preventDefault();
    const button = find("replay").querySelector("button"), outcome = find("outcome"), number = chosen;
    button.disabled = true;
    outcome.replaceChildren(element("p", "", "Sending…"));
    fetch("messages/" + number + "/replay", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Ce-Page-Token": meta("token") },
      body: JSON.stringify({ url: find("target").value })
    }).then(answer => answer.json()).catch(() => ({ error: "ce listen does not answer." })).then(got => {
      button.disabled = false;
      if (chosen !== number) return;
      if (got.error) {
        outcome.replaceChildren(element("p", "bad", got.error));
        return;
      }
      const pre = element("pre", "", got.wire);
      pre.tabIndex = 0;
      outcome.replaceChildren(element("p", got.status >= 300 ? "bad" : "", got.text), pre);
    });
  });

  connect();
})();
