/* Small helps on top of pages that work without script. No dependency, nothing inline, Chromium 86. */
(function () {
  'use strict';
  var d = document;
  function all(selector, root) { return Array.prototype.slice.call((root || d).querySelectorAll(selector)); }
  function on(name, work) { d.addEventListener(name, work); }
  function near(event, selector) { return event.target.closest && event.target.closest(selector); }

  /* 已写 62 字，最多 500 字: <p data-count="id of the control" data-words="已写 {n} 字，最多 {max} 字">, in the page's language */
  function count(p) {
    var box = d.getElementById(p.dataset.count), max = box && +box.dataset.max;
    if (!max) return;
    var n = box.value.replace(/\r\n/g, '\n').length;
    p.textContent = p.dataset.words.replace('{n}', n).replace('{max}', max);
    p.classList.toggle('count-over', n > max);
  }

  /* a draft of <textarea data-draft="name"> lives in this tab only, until the form is sent */
  function draftKey(box) { return 'draft:' + location.pathname + ':' + box.dataset.draft; }

  /* <fieldset data-when="A">: shown while the radio "handling" of its form says so; without script all of them are */
  function classes(form) {
    var chosen = form.querySelector('[name="handling"]:checked');
    if (form.querySelector('[name="handling"]')) all('[data-when]', form).forEach(function (part) { part.hidden = !chosen || part.dataset.when !== chosen.value; });
  }

  function start(root) {
    all('form', root).forEach(classes);
    all('[data-draft]', root).forEach(function (box) {
      try { box.value = box.value || sessionStorage.getItem(draftKey(box)) || ''; } catch (e) { /* storage may be off */ }
    });
    all('[data-count]', root).forEach(count);
    all('[data-pause]', root).forEach(function (b) { b.hidden = false; });
    all('[data-copy]', root).forEach(function (b) { b.hidden = !navigator.clipboard; });
  }

  on('input', function (event) {
    var box = event.target;
    if (box.name === 'handling' && box.form) classes(box.form);
    all('[data-count="' + box.id + '"]').forEach(count);
    if (box.dataset.draft) try { sessionStorage.setItem(draftKey(box), box.value); } catch (e) { /* full or off */ }
  });

  /* signing in or out: whoever was here before can no longer open the notebook's drafts (field-store.js) */
  on('submit', function (event) { if ('seals' in event.target.dataset && window.indexedDB) indexedDB.deleteDatabase('tongti-field-key'); });

  /* a form is sent once; the button comes back if the browser returns to the page */
  on('submit', function (event) {
    var form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    setTimeout(function () { delete form.dataset.sent; }, 8000);
    all('[data-draft]', form).forEach(function (box) { try { sessionStorage.removeItem(draftKey(box)); } catch (e) { /* off */ } });
  });
  addEventListener('pageshow', function () { all('form[data-sent]').forEach(function (f) { delete f.dataset.sent; }); });

  on('click', function (event) {
    var b = near(event, '[data-copy],[data-open],[data-close],[data-print],[data-pause]');
    if (!b) {
      all('details.menu[open]').forEach(function (m) { if (!m.contains(event.target)) m.open = false; });
      return;
    }
    var set = b.dataset;
    if ('copy' in set) navigator.clipboard.writeText(set.copy).then(function () { b.lastChild.textContent = set.done; });
    if ('print' in set) print();
    if ('close' in set) b.closest('dialog').close();
    var dialog = 'open' in set && d.getElementById(set.open);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    if ('pause' in set) {
      event.preventDefault();
      var shown = b.textContent;
      d.documentElement.toggleAttribute('data-paused');
      b.textContent = set.pause;
      set.pause = shown;
    }
  });

  on('keydown', function (event) {
    if (event.key === 'Escape') all('details.menu[open]').forEach(function (m) { m.open = false; });
  });

  /* htmx: a timed refresh waits while paused or unseen; a lost connection is told in words */
  on('htmx:config:request', function (event) {
    var ctx = event.detail.ctx;
    if (/every/.test(ctx.sourceElement.getAttribute('hx-trigger') || '') && (d.documentElement.hasAttribute('data-paused') || d.hidden)) event.preventDefault();
  });
  function offline() {
    var line = d.getElementById('notices'), words = d.getElementById('offline');
    if (line && words) { line.textContent = ''; line.append(words.content.cloneNode(true)); }
  }
  on('htmx:error', offline);
  on('htmx:response:error', function (event) { if (event.detail.ctx.response.status >= 500) offline(); });
  on('htmx:after:swap', function () { start(d); });

  start(d);
  var errors = d.querySelector('[data-focus]');
  if (errors) errors.focus();
})();
