/* One-letter keys of the staff pages: never while typing, and none for whoever switched them off (WCAG 2.2, 2.1.4). */
(function () {
  'use strict';
  var d = document, ROWS = '.list .q,main .tbl tbody tr,main .relay tbody tr,main .rows>li,main .cmp-i';
  if (d.documentElement.dataset.keys === 'off') return;
  function all(selector, root) { return Array.prototype.slice.call((root || d).querySelectorAll(selector)); }
  function seen(e) { return e && !e.disabled && e.getClientRects().length > 0; }
  function typing(e) { return e.closest && e.closest('textarea,select,dialog,[contenteditable],input:not([type=checkbox]):not([type=radio])'); }

  /* up and down: the first link, box or button of every row */
  function stops() {
    return all(ROWS).map(function (row) { return row.matches('a') ? row : row.querySelector('a[href],input[type=checkbox],button'); }).filter(seen);
  }
  function step(by) {
    var list = stops(), row = d.activeElement.closest && d.activeElement.closest(ROWS);
    var at = list.findIndex(function (e) { return e === d.activeElement || (row && e.closest(ROWS) === row); });
    var next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by];
    if (next) next.focus();
    return Boolean(list.length);
  }
  function open() {
    var row = d.activeElement.closest && d.activeElement.closest(ROWS), link = row && (row.matches('a') ? row : row.querySelector('a[href]'));
    if (link) link.click();
    return Boolean(link);
  }

  /* 快捷键: what this page has, read off the page itself */
  function words(e) {
    var label = e.id && d.querySelector('label[for="' + e.id + '"]'), copy = (label || e).cloneNode(true);
    all('.key,kbd', copy).forEach(function (k) { k.remove(); });
    return (e.getAttribute('aria-label') || copy.textContent).replace(/\s+/g, ' ').trim();
  }
  function sheet() {
    var dialog = d.getElementById('keys'), here = dialog && dialog.querySelector('[data-keys-here]'), told = {};
    if (!dialog || !dialog.showModal) return false;
    here.textContent = '';
    all('[data-key]').filter(seen).forEach(function (e) {
      if (told[e.dataset.key]) return;
      told[e.dataset.key] = 1;
      var key = d.createElement('dt'), name = d.createElement('dd'), cap = d.createElement('kbd');
      cap.className = 'key'; cap.textContent = e.dataset.key; key.append(cap); name.textContent = words(e);
      here.append(key, name);
    });
    dialog.showModal();
    dialog.querySelector('[data-close]').focus();
    return true;
  }

  function pressed(key) {
    var target = all('[data-key]').filter(seen).find(function (e) { return e.dataset.key === key; });
    if (target && /INPUT|TEXTAREA|SELECT/.test(target.tagName)) target.focus();
    else if (target) target.click();
    if (target) return true;
    if (key === 'j' || key === 'k') return step(key === 'j' ? 1 : -1);
    if (key === 'o') return open();
    return key === '?' && sheet();
  }
  d.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
    if (pressed(event.key)) event.preventDefault();
  });
})();
