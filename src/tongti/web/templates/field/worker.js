/* Keeps the notebook's shell so that it opens without signal. {{ stamp }}
   Only what stands in FILES is ever put into the cache, and nothing of it is about anybody. */
'use strict';
const CACHE = 'tongti-field-{{ stamp }}';
const SHELL = '{{ shell }}';
const FILES = {{ files|safe }};
const PATIENCE = 4000;

addEventListener('install', event => event.waitUntil(
  caches.open(CACHE).then(cache => cache.addAll(FILES.map(url => new Request(url, { cache: 'reload', credentials: 'omit' }))))
    .then(() => self.skipWaiting())
));

addEventListener('activate', event => event.waitUntil(
  caches.keys()
    .then(names => Promise.all(names.filter(name => name.startsWith('tongti-field-') && name !== CACHE).map(name => caches.delete(name))))
    .then(() => self.clients.claim())
));

function kept(url) {
  return caches.open(CACHE).then(cache => cache.match(url, { ignoreVary: true, ignoreSearch: true }));
}

/* The network if it answers soon, else the shell: on a weak signal a page that hangs is worse than none. */
function page(request) {
  const slow = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  return Promise.race([fetch(request), slow]).catch(() => kept(SHELL).then(shell => shell || Response.error()));
}

addEventListener('fetch', event => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(url.pathname === SHELL ? kept(SHELL).then(shell => shell || fetch(request)) : page(request));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(kept(request.url).then(file => file || fetch(request)));
  }
});

/* An extra where the browser has it: it wakes the open notebook when signal is back. The notebook itself sends. */
addEventListener('sync', event => event.waitUntil(
  self.clients.matchAll({ type: 'window' }).then(all => all.forEach(client => client.postMessage('send')))
));
