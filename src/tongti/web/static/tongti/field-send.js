/* The queue: what was saved goes out by itself when there is signal, once. States: draft, waiting, sending, sent, clash, wrong. */
(function () {
  'use strict';
  var store = window.Field.store, EVERY = 15000, busy = false, told = function () {};

  function save(draft) { draft.at = new Date().toISOString(); return store.put('draft', draft.key, draft).then(function () { told(draft); }); }

  /* Everything that waits, oldest first; stops at the first sign that nobody answers. → whether all went out */
  function flush(urls) {
    if (busy || !store.isOpen()) return Promise.resolve(false);
    busy = true;
    var work = function () {
      return store.all('draft').then(function (drafts) {
        var due = drafts.filter(function (d) { return d.state === 'waiting' || d.state === 'sending'; })
          .sort(function (a, b) { return a.at < b.at ? -1 : 1; });
        return due.reduce(function (before, draft) {
          return before.then(function (go) { return go ? sendOne(urls, draft) : false; });
        }, Promise.resolve(true));
      });
    };
    /* one tab at a time; a second sending would be recognised by its key anyway */
    var locked = navigator.locks ? navigator.locks.request('tongti-field-send', { ifAvailable: true }, function (lock) { return lock ? work() : false; }) : work();
    return locked.then(function (done) { busy = false; return done; }, function () { busy = false; return false; });
  }

  function sendOne(urls, draft) {
    draft.state = 'sending';
    draft.sentence = '';
    return save(draft).then(function () { return draft.arrived ? true : sendWords(urls, draft); }).then(function (go) {
      return go ? sendPhotos(urls, draft) : go;
    }).then(function (go) {
      return go === 'over' ? true : go;
    }).catch(function () {
      if (!store.isOpen()) return false;
      draft.state = 'waiting';
      return save(draft).then(function () { return false; });
    });
  }

  /* kept as waiting first: nothing can be sealed once the key is gone */
  function signedOut(draft) { draft.state = 'waiting'; save(draft).then(function () { window.Field.signedOut(); }); }

  function body(draft) {
    return JSON.stringify({
      key: draft.key, delivery: draft.delivery, version: draft.version, base: draft.base, campaign: draft.campaign, firm: draft.firm,
      fields: draft.fields, findings: draft.findings
    });
  }

  /* → true: the words are there; 'over': a person must look at it; throws when nobody answered */
  function sendWords(urls, draft) {
    return store.ask(urls.send, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body(draft) }).then(function (answer) {
      if (answer.type === 'opaqueredirect') { draft.sentence = '登录已过期，登录后接着发。'; signedOut(draft); throw new Error('signed out'); }
      if (answer.status >= 500 || (answer.headers.get('Content-Type') || '').indexOf('json') < 0) throw new Error('no answer');
      return answer.json().then(function (said) {
        if (answer.ok) {
          draft.arrived = true;
          draft.cases = said.cases;
          return save(draft).then(function () { return true; });
        }
        draft.state = answer.status === 409 && said.clashes ? 'clash' : 'wrong';
        draft.clash = said.clashes ? said : null;
        draft.sentence = said.sentence;
        draft.field = said.field || '';
        return save(draft).then(function () { return 'over'; });
      });
    });
  }

  function sendPhotos(urls, draft) {
    if (!draft.arrived || draft.state !== 'sending') return 'over';
    var left = draft.photos.filter(function (photo) { return !photo.sent; });
    return left.reduce(function (before, photo) {
      return before.then(function () { return sendPhoto(urls, draft, photo); });
    }, Promise.resolve()).then(function () { return arrived(draft); });
  }
  function sendPhoto(urls, draft, photo) {
    return store.getBytes('photo', photo.key).then(function (bytes) {
      if (!bytes) return null;
      var form = new FormData();
      form.append('visit', draft.key);
      form.append('key', photo.key);
      form.append('photo', new Blob([bytes], { type: photo.type }), photo.name);
      return store.ask(urls.photo, { method: 'POST', body: form }).then(function (answer) {
        if (answer.type === 'opaqueredirect' || answer.status >= 500) throw new Error('no answer');
        if ((answer.headers.get('Content-Type') || '').indexOf('json') < 0) throw new Error('no answer');
        return answer.json().then(function (said) { photo.refused = answer.ok ? '' : said.sentence; });
      });
    }).then(function () {
      photo.sent = true;
      return save(draft).then(function () { return store.drop('photo', photo.key); });
    });
  }

  /* What was written is on the server: the phone keeps only that it arrived. */
  function arrived(draft) {
    var refused = draft.photos.filter(function (photo) { return photo.refused; }).map(function (photo) { return photo.refused; });
    Object.assign(draft, { state: 'sent', fields: {}, base: {}, findings: [], photos: [], clash: null, sentence: refused.join('') });
    return save(draft).then(function () { return true; });
  }

  function start(urls, onChange) {
    told = onChange;
    var go = function () { flush(urls); };
    addEventListener('online', go);
    addEventListener('focus', go);
    document.addEventListener('visibilitychange', function () { if (!document.hidden) go(); });
    setInterval(go, EVERY);
    if (navigator.serviceWorker) navigator.serviceWorker.addEventListener('message', function (event) { if (event.data === 'send') go(); });
    go();
  }
  function askToBeWoken() {
    if (!navigator.serviceWorker || !window.SyncManager) return;
    navigator.serviceWorker.ready.then(function (worker) { return worker.sync.register('send'); }).catch(function () { /* an extra only */ });
  }

  window.Field.queue = { save: save, flush: flush, start: start, askToBeWoken: askToBeWoken };
})();
