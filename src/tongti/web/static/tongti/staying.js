/* 无操作自动退出: two minutes ahead the page asks; one key keeps the officer signed in. Without this script the server ends the
   session just the same, and gives typed words back after signing in (web.desk.unsent). */
(function () {
  'use strict';
  var d = document, dialog = d.getElementById('staying');
  if (!dialog || !dialog.showModal) return;
  var set = dialog.dataset, form = dialog.querySelector('form'), KEY = 'tongti-staying';
  var AHEAD = +set.ahead, TELL = [120, 60, 30, 10], idle = +set.idle;
  var until = 0, acted = 0, timer = null, asked = false, before = null;
  function part(name) { return dialog.querySelector('[data-' + name + ']'); }
  function left() { return Math.max(0, Math.round((until - Date.now()) / 1000)); }

  /* tabs tell each other until when, and whose session it is (a mark that names nobody) */
  function know(seconds) {
    until = Date.now() + seconds * 1000;
    try { localStorage.setItem(KEY, until + ' ' + set.mark); } catch (e) { /* storage may be off: this tab knows for itself */ }
    plan();
  }
  function hear(text) {
    var told = (text || '').split(' ');
    if (told.length < 2) return;
    if (told[1] !== set.mark) return shut('other');
    if (+told[0] > until) { until = +told[0]; token(); }
    plan();
  }
  addEventListener('storage', function (event) { if (event.key === KEY) hear(event.newValue); });
  /* a page that the browser kept aside while others went on */
  addEventListener('pageshow', function (event) { if (event.persisted) try { hear(localStorage.getItem(KEY)); } catch (e) { /* off */ } });
  /* signed in anew in another tab: the forms here get the token that goes with it, so that what is typed in them can be sent */
  function token() {
    var found = /(?:^|; )csrftoken=([^;]+)/.exec(d.cookie);
    if (found) d.querySelectorAll('input[name=csrfmiddlewaretoken]').forEach(function (box) { box.value = found[1]; });
  }

  function plan() {
    clearTimeout(timer);
    if (left() > AHEAD && dialog.open && dialog.dataset.state !== 'other') close();
    timer = setTimeout(look, left() > AHEAD ? (left() - AHEAD) * 1000 : 1000);
  }
  function look() {
    if (left() > AHEAD) return plan();
    if (left() === 0) return shut('over');
    /* whoever is typing is there: no question then */
    if (acted && Date.now() - acted < 60000) { acted = 0; return stay(); }
    warn();
    plan();
  }
  function show(state) {
    dialog.dataset.state = state;
    dialog.setAttribute('aria-labelledby', 'staying-' + state);
    dialog.setAttribute('aria-describedby', 'staying-' + state + '-words');
    dialog.querySelectorAll('[data-when-state]').forEach(function (e) { e.hidden = e.dataset.whenState !== state; });
    if (dialog.open) return;
    before = d.activeElement;
    dialog.showModal();
  }
  function warn() {
    if (dialog.dataset.state !== 'warn' || !dialog.open) { show('warn'); part('key-to-stay').focus(); tell(left()); }
    dialog.querySelector('span[data-left]').textContent = left();
    if (TELL.indexOf(left()) >= 0) tell(left());
  }
  /* read out now and then, not every second */
  function tell(seconds) { part('told').textContent = set.words.replace('{n}', seconds); }
  function close() { dialog.close(); if (before && before.focus) before.focus(); before = null; }
  /* what is on the page is not for whoever passes by: the ground behind these two is opaque */
  function shut(state) { clearTimeout(timer); show(state); dialog.querySelector('[data-when-state=' + state + '] a').focus(); }

  function stay() {
    if (asked) return;
    asked = true;
    fetch(form.action, { method: 'POST', body: new FormData(form), credentials: 'same-origin' }).then(function (answer) {
      return answer.ok ? answer.json() : { left: left() };
    }).then(function (told) {
      asked = false;
      if (told.left) know(told.left); else shut('over');
    }).catch(function () { asked = false; plan(); });
  }
  form.addEventListener('submit', function (event) { event.preventDefault(); event.stopPropagation(); stay(); });
  dialog.addEventListener('cancel', function (event) { event.preventDefault(); if (dialog.dataset.state === 'warn') stay(); });
  ['keydown', 'pointerdown', 'input'].forEach(function (name) {
    d.addEventListener(name, function (event) { if (event.isTrusted && !dialog.open) acted = Date.now(); }, true);
  });
  d.addEventListener('visibilitychange', function () { if (!d.hidden && until) look(); });
  /* a form sent without leaving the page is a sign of life, too; the server keeps it to the minute */
  d.addEventListener('htmx:after:request', function (event) {
    var ctx = event.detail.ctx, answer = ctx && ctx.response;
    if (ctx && answer && answer.status < 400 && !/get/i.test((ctx.request && ctx.request.method) || 'GET')) know(idle - 60);
  });
  know(+set.left);
})();
