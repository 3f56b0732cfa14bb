/* What the notebook keeps on the phone, sealed. AES-GCM; the key belongs to one officer and cannot be taken out of the browser.
   Two databases: the key in one (deleted when she signs out), the sealed records in the other (they stay, unreadable). */
(function () {
  'use strict';
  var KEYS = 'tongti-field-key', BOOK = 'tongti-field-book';
  var current = null;

  function opened(name, store) {
    return new Promise(function (resolve, reject) {
      var asked = indexedDB.open(name, 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore(store, { keyPath: 'id' }); };
      asked.onerror = function () { reject(asked.error); };
      asked.onsuccess = function () {
        /* another tab wants to delete it: let go */
        asked.result.onversionchange = function () { asked.result.close(); };
        resolve(asked.result);
      };
    });
  }
  function run(name, store, mode, work) {
    return opened(name, store).then(function (db) {
      return new Promise(function (resolve, reject) {
        var t = db.transaction(store, mode), asked = work(t.objectStore(store));
        t.oncomplete = function () { db.close(); resolve(asked && asked.result); };
        t.onabort = t.onerror = function () { db.close(); reject(t.error); };
      });
    });
  }

  /* --- whose phone it is ------------------------------------------------------------------------------------------ */
  function cookie(name) {
    var found = document.cookie.split('; ').find(function (one) { return one.indexOf(name + '=') === 0; });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
  }
  function ask(url, options) {
    var all = Object.assign({ cache: 'no-store', credentials: 'same-origin', redirect: 'manual' }, options || {});
    if (all.method === 'POST') all.headers = Object.assign({ 'X-CSRFToken': cookie('csrftoken') }, all.headers || {});
    return fetch(url, all);
  }
  function keptKey() { return run(KEYS, 'key', 'readonly', function (s) { return s.get('current'); }); }
  function keep(row) { return run(KEYS, 'key', 'readwrite', function (s) { s.put(row); }).then(function () { current = row; return row; }); }
  function forget() {
    current = null;
    return new Promise(function (resolve) {
      var asked = indexedDB.deleteDatabase(KEYS);
      asked.onsuccess = asked.onerror = asked.onblocked = function () { resolve(); };
    });
  }
  function imported(text) {
    var bytes = Uint8Array.from(atob(text), function (c) { return c.charCodeAt(0); });
    return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']).then(function (key) { bytes.fill(0); return key; });
  }

  /* → {state: 'open' | 'signed-out' | 'not-allowed' | 'locked', online, who} */
  function unlock(urls) {
    return ask(urls.session).then(function (answer) {
      if (answer.type === 'opaqueredirect' || answer.status === 401) return forget().then(function () { return { state: 'signed-out', online: true }; });
      if (answer.status === 404) return forget().then(function () { return { state: 'not-allowed', online: true }; });
      if (!answer.ok) throw new Error('no answer');
      return answer.json().then(function (who) { return entered(urls, who); });
    }).catch(function () { return offline(); });
  }
  function entered(urls, who) {
    return keptKey().then(function (row) {
      if (row && row.officer === who.officer) return keep({ id: 'current', officer: who.officer, name: who.name, until: who.until, look: who.look, key: row.key });
      /* somebody else's key, or none: hers goes first, then this officer's is asked for */
      return forget().then(function () { return ask(urls.key, { method: 'POST' }); }).then(function (answer) {
        if (!answer.ok) throw new Error('no key');
        return answer.json();
      }).then(function (given) {
        return imported(given.key).then(function (key) {
          return keep({ id: 'current', officer: given.officer, name: given.name, until: given.until, look: given.look, key: key });
        });
      });
    }).then(function (row) { return { state: 'open', online: true, who: row }; });
  }
  function offline() {
    return keptKey().then(function (row) {
      if (row && Date.parse(row.until) > Date.now()) { current = row; return { state: 'open', online: false, who: row }; }
      return (row ? forget() : Promise.resolve()).then(function () { return { state: 'locked', online: false }; });
    });
  }

  /* --- sealed records --------------------------------------------------------------------------------------------- */
  function name(kind, key) { return current.officer + '/' + kind + '/' + key; }
  function label(id) { return new TextEncoder().encode(id); }
  function seal(id, bytes) {
    var iv = crypto.getRandomValues(new Uint8Array(12));
    return crypto.subtle.encrypt({ name: 'AES-GCM', iv: iv, additionalData: label(id) }, current.key, bytes).then(function (data) {
      return { id: id, officer: current.officer, iv: iv, data: data };
    });
  }
  function unseal(row) {
    return crypto.subtle.decrypt({ name: 'AES-GCM', iv: row.iv, additionalData: label(row.id) }, current.key, row.data);
  }
  function putBytes(kind, key, bytes) {
    return seal(name(kind, key), bytes).then(function (row) { return run(BOOK, 'sealed', 'readwrite', function (s) { s.put(row); }); });
  }
  function getBytes(kind, key) {
    return run(BOOK, 'sealed', 'readonly', function (s) { return s.get(name(kind, key)); }).then(function (row) { return row ? unseal(row) : null; });
  }
  function words(bytes) { return bytes ? JSON.parse(new TextDecoder().decode(bytes)) : null; }
  function put(kind, key, value) { return putBytes(kind, key, new TextEncoder().encode(JSON.stringify(value))); }
  function get(kind, key) { return getBytes(kind, key).then(words); }
  function drop(kind, key) { var id = name(kind, key); return run(BOOK, 'sealed', 'readwrite', function (s) { s.delete(id); }); }
  function all(kind) {
    var start = name(kind, '');
    return run(BOOK, 'sealed', 'readonly', function (s) { return s.getAll(IDBKeyRange.bound(start, start + '\uffff')); }).then(function (rows) {
      return Promise.all(rows.map(unseal));
    }).then(function (found) { return found.map(words); });
  }
  /* how many drafts lie here that this officer (or nobody signed in) cannot open */
  function sealedByOthers() {
    return run(BOOK, 'sealed', 'readonly', function (s) { return s.getAllKeys(); }).then(function (ids) {
      var mine = current ? current.officer + '/' : '\u0000';
      return ids.filter(function (id) { return id.indexOf('/draft/') > 0 && id.indexOf(mine) !== 0; }).length;
    });
  }

  window.Field = { store: {
    unlock: unlock, forget: forget, ask: ask, put: put, get: get, drop: drop, all: all, putBytes: putBytes, getBytes: getBytes, sealedByOthers: sealedByOthers,
    isOpen: function () { return current !== null; }
  } };
})();
