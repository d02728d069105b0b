// What pages do in the browser. Every page works without this file.

// On a phone the navigation scrolls sideways; the current section starts in view.
const current = document.querySelector(".sections [aria-current]");
if (current) {
  const strip = document.querySelector(".sections");
  strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
}

// The Connect form tells the server the browser's time zone.
for (const field of document.querySelectorAll("input[data-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

// Copy buttons, shown only where they can work.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!navigator.clipboard || !source) continue;
  const label = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.value);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// A click that was meant for something else must not approve: the button sleeps until its card has been in view a while.
for (const button of document.querySelectorAll("button[data-active-after]")) {
  let timer;
  button.disabled = true;
  const sleep = () => { clearTimeout(timer); button.disabled = true; };
  const wake = () => {
    sleep();
    timer = setTimeout(() => { button.disabled = false; }, Number(button.dataset.activeAfter));
  };
  let inView = false;
  const decide = () => (inView && document.visibilityState === "visible" ? wake() : sleep());
  new IntersectionObserver(([entry]) => { inView = entry.isIntersecting; decide(); }).observe(button.closest("article") ?? button);
  document.addEventListener("visibilitychange", decide);
}

// One press, one request.
for (const button of document.querySelectorAll("button[data-once]")) {
  button.form.addEventListener("submit", () => {
    setTimeout(() => {
      for (const other of document.querySelectorAll("button[data-once]")) other.disabled = true;
    });
  });
}
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Something long is under way on the server: look again until it is over, but not for ever.
if (document.querySelector("[data-look-again]")) {
  const next = new URL(location.href);
  const left = Number(next.searchParams.get("look") ?? 150);
  next.searchParams.set("look", String(left - 1));
  if (left > 0) setTimeout(() => location.replace(next), 2000);
}

// Approvals look for news while somebody is looking at them. Not for ever: a forgotten tab must not keep a session alive.
const live = document.querySelector("[data-refresh]");
if (live) {
  const mark = live.dataset.mark;
  const lastsUntil = Date.now() + 10 * 60 * 1000;
  const look = async () => {
    if (Date.now() > lastsUntil) return;
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(location.href, { redirect: "error" });
        const text = answer.ok ? await answer.text() : "";
        const found = text.match(/data-mark="([^"]*)"/)?.[1] ?? (live.matches(".outcome") && answer.ok ? "gone" : mark);
        if (found !== mark) {
          const news = document.querySelector("[data-new]");
          const busy = document.activeElement && document.activeElement !== document.body;
          if (news && busy) { news.hidden = false; return; }
          location.reload();
          return;
        }
      } catch { /* The next look may succeed. */ }
    }
    setTimeout(look, live.matches(".outcome") ? 1500 : 5000);
  };
  setTimeout(look, live.matches(".outcome") ? 1500 : 5000);
}
