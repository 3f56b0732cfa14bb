/* 随身走访本: what an officer sees and types. Everything typed is on the phone within half a second, sealed (field-store.js). */
(function () {
  'use strict';
  var d = document, main = d.getElementById('main'), urls = main.dataset;
  if (!window.indexedDB || !window.crypto || !crypto.subtle || !window.Field) { say('这个浏览器不能离线保存，请用普通页面填走访。', 'warn'); return; }
  var store = window.Field.store, queue = window.Field.queue;
  var pack = null, digest = null, draft = null, online = true, saving = null, who = null;
  var WRITABLE = ['draft', 'waiting', 'wrong'], PHOTOS = 9, SIDE = 1600, LATER = 300, AGAIN = 60000;
  var FIELDS = ['way', 'visited_on', 'note', 'facts', 'next_visit_on'];
  var TEXTS = ['words', 'title', 'wished', 'category', 'shared', 'handling', 'promised_on', 'matter', 'level', 'paper', 'explanation', 'reaction'];
  var NEEDED = {
    A: [['promised_on', '立行立改的，请写哪天办结。']],
    B: [['step_0_words', '列入计划的，请写步骤和日期。']],
    C: [['matter', '提级协调的，请写要协调的具体事项。'], ['level', '请选提请哪一级。'], ['paper', '请写清单或报告的文号。']],
    D: [['explanation', '解释说明的，请写怎么解释的。'], ['reaction', '请写企业听了怎么说。']]
  };

  function el(id) { return d.getElementById(id); }
  function make(tag, attrs, inside) {
    var node = d.createElement(tag);
    Object.keys(attrs || {}).forEach(function (name) { if (attrs[name] !== null) node.setAttribute(name, attrs[name]); });
    (inside || []).forEach(function (one) { node.append(one); });
    return node;
  }
  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    var b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    var hex = Array.from(b, function (n) { return (n + 256).toString(16).slice(1); }).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
  function today() { var n = new Date(); return new Date(n - n.getTimezoneOffset() * 60000).toISOString().slice(0, 10); }
  function day(text) { var p = (text || '').split('-'); return p.length === 3 ? +p[1] + ' 月 ' + +p[2] + ' 日' : ''; }
  function say(sentence, tone) {
    el('notices').replaceChildren.apply(el('notices'), sentence ? [make('p', { class: 'notice notice-' + (tone || 'info') }, [make('span', {}, [sentence])])] : []);
  }
  function show(id) {
    ['opening', 'locked', 'home', 'edit', 'clash'].forEach(function (one) { el(one).hidden = one !== id; });
    say('');
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  function chip(state) { var t = el('state-' + state); return t ? t.content.cloneNode(true) : d.createTextNode(state); }
  function status() {
    var at = pack ? new Date(pack.made_at).toTimeString().slice(0, 5) : '';
    el('net').textContent = online ? '有信号' + (at ? '，名单 ' + at + ' 更新' : '') : '没有信号，写的都加密存在手机里，有信号自己发' + (at ? '；名单是 ' + at + ' 的' : '');
  }

  /* --- opening ---------------------------------------------------------------------------------------------------- */
  function open() {
    return store.unlock(urls).then(function (found) {
      online = found.online;
      if (found.state !== 'open') return locked(found.state);
      who = found.who;
      el('who').textContent = who.name;
      Object.assign(d.documentElement.dataset, who.look || {});
      el('sign-out').hidden = false;
      return (online ? download() : Promise.resolve()).then(load).then(function () { queue.flush(urls); });
    });
  }
  function locked(state) {
    var why = {
      'signed-out': '登录以后才能看名单、写走访。',
      'not-allowed': '这个账号没有走访权限，请用走访员的账号登录。',
      locked: '离线用的时间到了（一次登录管 12 小时），连上网登录后接着用。写好的都还在。'
    };
    el('locked-why').textContent = why[state];
    el('sign-out').hidden = true;
    el('who').textContent = '';
    pack = null; draft = null;
    show('locked');
    status();
    return store.sealedByOthers().then(function (n) {
      el('locked-kept').textContent = n ? '这台手机上封存着 ' + n + ' 份走访，本人登录后才能打开。' : '';
    });
  }
  window.Field.signedOut = function () { store.forget().then(function () { locked('signed-out'); }); };
  function got(url, method) { return store.ask(url, { method: method }).then(function (a) { if (!a.ok) throw new Error(a.type); return a.json(); }); }
  function download() {
    return Promise.all([got(urls.pack, 'POST'), got(urls.digest, 'GET')]).then(function (both) {
      return Promise.all([store.put('pack', 'pack', both[0]), store.put('digest', 'digest', both[1])]);
    }).catch(function () { online = false; });
  }
  function load() {
    return Promise.all([store.get('pack', 'pack'), store.get('digest', 'digest')]).then(function (both) {
      pack = both[0]; digest = both[1];
      return home();
    });
  }

  /* --- the list --------------------------------------------------------------------------------------------------- */
  function firmName(id) { return pack && pack.cards[id] ? pack.cards[id].name : '企业'; }
  function home() {
    return store.all('draft').then(function (drafts) {
      tidyAway(drafts);
      el('queue').hidden = !drafts.length;
      el('queue-rows').replaceChildren.apply(el('queue-rows'), drafts.sort(function (a, b) { return a.at < b.at ? 1 : -1; }).map(queueRow));
      var begun = drafts.map(function (one) { return one.key; });
      var planned = pack ? pack.visits.filter(function (v) { return v.state === 'planned' && begun.indexOf(v.key) < 0; }) : [];
      fill('visit-rows', planned.map(visitRow), pack ? '今天没有约好的。' : '还没有下载名单，请在有信号时打开一次。');
      fill('firm-rows', (pack ? pack.firms : []).map(firmRow), '还没有给您安排包联企业。');
      el('again').hidden = !(pack && pack.revisits.length);
      fill('again-rows', (pack ? pack.revisits : []).map(function (one) {
        return make('li', {}, [make('span', { class: 'grow' }, [one.title, make('br'), make('span', { class: 'small muted' }, [one.firm + ' · ' + day(one.day)])])]);
      }), '');
      show('home');
      status();
    });
  }
  function fill(id, rows, none) { el(id).replaceChildren.apply(el(id), rows.length ? rows : [make('li', { class: 'muted' }, [none])]); }
  /* what arrived before today has been seen */
  function tidyAway(drafts) {
    drafts.slice().forEach(function (one) {
      if (one.state === 'sent' && one.at.slice(0, 10) < new Date().toISOString().slice(0, 10)) {
        drafts.splice(drafts.indexOf(one), 1);
        store.drop('draft', one.key);
      }
    });
  }
  function row(name, under, button, extra) {
    return make('li', {}, [make('span', { class: 'grow' }, [make('b', {}, [name]), make('br'), make('span', { class: 'small muted' }, [under])].concat(extra || [])), button]);
  }
  function press(words, work, kind) {
    var b = make('button', { type: 'button', class: 'btn ' + (kind || '') }, [words]);
    b.addEventListener('click', work);
    return b;
  }
  function queueRow(one) {
    var under = one.sentence || '';
    if (one.state === 'sent') under = (one.cases || []).map(function (c) { return '诉求 ' + c.number + ' ' + c.title; }).join('；') + (under ? '。' + under : '');
    else if (one.state === 'sending' && one.arrived) under = '照片 ' + one.photos.filter(function (p) { return p.sent; }).length + '/' + one.photos.length;
    else if (!under) under = one.findings.length ? '难题 ' + one.findings.length + ' 个' : '';
    var button = one.state === 'clash' ? press('逐处选', function () { clash(one); }, 'btn-p')
      : WRITABLE.indexOf(one.state) >= 0 && !one.arrived ? press('打开', function () { edit(one); }) : d.createTextNode('');
    return make('li', { 'data-state': one.state }, [
      make('span', { class: 'grow' }, [make('b', {}, [one.firmName]), make('br'), make('span', { class: 'small muted' }, [under])]), chip(one.state), button
    ]);
  }
  function visitRow(v) { return row(firmName(v.firm), day(v.day) + ' ' + v.part, press('开始走访', function () { edit(begin(v.firm, v.campaign, v)); }, 'btn-p')); }
  function firmRow(one) {
    var under = one.behind ? '还要走访 ' + one.behind + ' 次' + (one.visit_by ? '，' + day(one.visit_by) + '前' : '') : '已走访够次数';
    var running = pack.campaigns.some(function (c) { return c.id === one.campaign; });
    return row(firmName(one.id), under, running ? press('走访', function () { edit(begin(one.id, one.campaign, null)); }) : d.createTextNode(''));
  }
  function begin(firm, campaign, visit) {
    var base = visit ? visit.fields : {};
    return {
      key: visit ? visit.key : newKey(), delivery: newKey(), version: visit ? visit.version : 0, base: base, campaign: campaign, firm: firm,
      firmName: firmName(firm), state: 'draft', findings: [], photos: [], at: '',
      fields: { way: base.way || 'visit', visited_on: today(), note: base.note || '', facts: base.facts || '', figures: base.figures || '', next_visit_on: base.next_visit_on || '' }
    };
  }

  /* --- one visit -------------------------------------------------------------------------------------------------- */
  function edit(one) {
    draft = one;
    el('h-edit').textContent = one.firmName;
    card(pack && pack.cards[one.firm]);
    var form = el('visit-form');
    form.reset();
    FIELDS.forEach(function (name) { put(form, name, one.fields[name]); });
    figures(form, one.fields.figures);
    el('findings').replaceChildren();
    one.findings.forEach(addFinding);
    photoRows();
    show('edit');
    if (one.state === 'wrong') wrong(one.field, one.sentence);
  }
  function put(root, name, value) {
    var controls = root.querySelectorAll('[name="' + name + '"]');
    controls.forEach(function (c) {
      if (c.type === 'radio') c.checked = c.value === (value || '');
      else if (c.type === 'checkbox') c.checked = !!value;
      else c.value = value || '';
    });
  }
  function take(root, name) {
    var c = root.querySelector('[name="' + name + '"]:checked') || root.querySelector('[name="' + name + '"]');
    if (!c) return '';
    if (c.type === 'radio' || c.type === 'checkbox') return c.checked ? c.value : '';
    return c.value.trim();
  }
  function figures(form, words) {
    (words || '').split('\n').filter(Boolean).forEach(function (line, n) {
      var p = line.split('|');
      put(form, 'figure_' + n + '_kind', p[0]); put(form, 'figure_' + n + '_period', p[1]); put(form, 'figure_' + n + '_value', p[2]);
    });
    var box = form.querySelector('details');
    if (box) box.open = !!words;
  }
  function takeFigures(form) {
    var rows = [];
    for (var n = 0; form.elements['figure_' + n + '_kind']; n++) {
      var kind = take(form, 'figure_' + n + '_kind'), value = take(form, 'figure_' + n + '_value');
      if (kind || value) rows.push([kind, take(form, 'figure_' + n + '_period').replace(/\|/g, ' '), value].join('|'));
    }
    return rows.sort().join('\n');
  }
  function card(one) {
    el('card').hidden = !one;
    if (!one) return;
    var facts = one.contacts.map(function (who) {
      var open = /^\d/.test(who.phone) && who.phone.indexOf('*') < 0;
      return [who.post || '联系人', (who.name ? who.name + ' ' : ''), open ? make('a', { href: 'tel:' + who.phone }, [who.phone]) : who.phone];
    }).concat([['信用代码', one.credit_code, ''], ['地点', one.place, ''], ['方便的时间', one.offered, '']].filter(function (row) { return row[1]; }));
    var inside = [make('dl', { class: 'dl' }, [].concat.apply([], facts.map(function (row) {
      return [make('dt', {}, [row[0]]), make('dd', {}, [make('span', {}, [row[1], row[2]])])];
    })))];
    [['以前的难题', one.cases.map(function (c) { return c.title + '（' + c.state + '，' + c.number + '）'; })], ['最近的数据', one.figures],
      ['以前的走访', one.visits.map(function (v) { return day(v.day) + ' ' + v.note; })]].forEach(function (pair) {
      if (pair[1].length) inside.push(make('h3', {}, [pair[0]]), make('ul', { class: 'stack-s' }, pair[1].map(function (words) { return make('li', {}, [words]); })));
    });
    el('card-body').replaceChildren.apply(el('card-body'), inside);
  }

  /* findings: clones of one template, F__ in their names and ids replaced by a number */
  var clones = 0;
  function addFinding(one) {
    var at = 'f' + clones++, copy = el('finding-template').content.cloneNode(true), box = copy.firstElementChild;
    box.querySelectorAll('*').forEach(function (node) {
      ['id', 'name', 'for', 'aria-describedby', 'data-count'].forEach(function (attr) {
        if (node.hasAttribute(attr)) node.setAttribute(attr, node.getAttribute(attr).replace(/F__/g, at));
      });
    });
    box.dataset.at = at;
    box.dataset.key = one.key;
    box.querySelector('[data-same-box]').dataset.chosen = one.question || '';
    TEXTS.forEach(function (name) { put(box, at + '-' + name, one[name]); });
    (one.steps || []).forEach(function (step, n) { put(box, at + '-step_' + n + '_words', step.words); put(box, at + '-step_' + n + '_due_on', step.due_on); });
    put(box, at + '-hide_identity', one.hide_identity);
    put(box, at + '-at_once', one.at_once !== false);
    box.querySelector('[data-drop]').addEventListener('click', function () { box.remove(); number(); changed(); });
    el('findings').append(box);
    number();
    classes(box);
    if (one.words) look(box);
    return box;
  }
  function number() { el('findings').querySelectorAll('[data-n]').forEach(function (n, at) { n.textContent = at + 1; }); }
  function classes(box) {
    var chosen = take(box, box.dataset.at + '-handling');
    box.querySelectorAll('[data-when]').forEach(function (part) { part.hidden = part.dataset.when !== chosen; });
  }
  function takeFinding(box) {
    var at = box.dataset.at, one = { key: box.dataset.key, steps: [] };
    TEXTS.forEach(function (name) { one[name] = take(box, at + '-' + name); });
    for (var n = 0; box.querySelector('[name="' + at + '-step_' + n + '_words"]'); n++) {
      var words = take(box, at + '-step_' + n + '_words'), due = take(box, at + '-step_' + n + '_due_on');
      if (words || due) one.steps.push({ words: words, due_on: due });
    }
    one.question = take(box, at + '-question');
    one.hide_identity = !!take(box, at + '-hide_identity');
    one.at_once = !!take(box, at + '-at_once');
    if (!one.title) one.title = one.words.split(/[。！？!?，,\n；;]/)[0].slice(0, 30);
    return one;
  }

  /* the same-question panel: the engine while there is signal, a guess without */
  var looking = 0;
  function look(box) {
    var words = take(box, box.dataset.at + '-words'), mine = ++looking;
    if (words.length < 6) { panel(box, [], ''); return; }
    var guess = function () { panel(box, window.Field.guess(digest, words), '离线猜测，送到以后由系统重新核对'); };
    if (!online) { guess(); return; }
    store.ask(urls.same, { method: 'POST', body: new URLSearchParams({ words: words }) }).then(function (a) { if (!a.ok) throw new Error(); return a.json(); })
      .then(function (said) { if (mine === looking) panel(box, said.found, '系统找到的'); }).catch(guess);
  }
  function panel(box, found, how) {
    var place = box.querySelector('[data-same-box]'), name = box.dataset.at + '-question', chosen = place.dataset.chosen;
    if (!found.length) { place.replaceChildren(how ? make('p', { class: 'small muted' }, ['没有找到相同的题（' + how + '）。']) : ''); return; }
    var choices = found.concat([{ id: '', title: '都不是', askers: 0 }]).map(function (one, n) {
      var id = name + '-' + n, radio = make('input', { type: 'radio', name: name, id: id, value: String(one.id) });
      radio.checked = String(one.id) === chosen;
      return make('label', { class: 'choice', for: id }, [radio, make('span', {}, [one.title + (one.askers ? '（' + one.askers + ' 人同问）' : '')])]);
    });
    place.replaceChildren(make('fieldset', { class: 'field' }, [make('legend', { class: 'label' }, ['像不像这几道题？']), make('p', { class: 'hint' }, [how + '。共性问题可以选一道，派单员会核对。']), make('div', { class: 'choices choices-n' }, choices)]));
  }

  /* --- photos ----------------------------------------------------------------------------------------------------- */
  function shrunk(file) {
    /* smaller before it is stored: less to send, and what the camera wrote into the file stays behind */
    return (window.createImageBitmap ? createImageBitmap(file) : Promise.reject()).then(function (picture) {
      var by = Math.min(1, SIDE / Math.max(picture.width, picture.height)), canvas = make('canvas', {});
      canvas.width = Math.round(picture.width * by); canvas.height = Math.round(picture.height * by);
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (resolve) { canvas.toBlob(resolve, 'image/jpeg', 0.85); });
    }).then(function (blob) { return blob || file; }, function () { return file; });
  }
  function addPhotos(files) {
    var room = PHOTOS - draft.photos.length, chosen = Array.from(files).slice(0, Math.max(0, room));
    if (chosen.length < files.length) say('一次走访最多 ' + PHOTOS + ' 张照片。', 'warn');
    return chosen.reduce(function (before, file) {
      return before.then(function () { return shrunk(file); }).then(function (blob) {
        var key = newKey();
        return blob.arrayBuffer().then(function (bytes) { return store.putBytes('photo', key, bytes); }).then(function () {
          draft.photos.push({ key: key, name: file.name || '照片.jpg', type: blob.type || 'image/jpeg', size: blob.size, sent: false });
          return keepNow();
        });
      });
    }, Promise.resolve()).then(photoRows);
  }
  function photoRows() {
    el('photo-rows').replaceChildren.apply(el('photo-rows'), draft.photos.map(function (photo) {
      return make('li', {}, [make('span', { class: 'grow' }, [photo.name]), make('span', { class: 'xs muted' }, [Math.ceil(photo.size / 1024) + ' KB']), press('删掉', function () {
        draft.photos.splice(draft.photos.indexOf(photo), 1);
        store.drop('photo', photo.key).then(keepNow).then(photoRows);
      }, 'btn-s btn-t')]);
    }));
  }

  /* --- keeping and saving ----------------------------------------------------------------------------------------- */
  function collect() {
    var form = el('visit-form');
    FIELDS.forEach(function (name) { draft.fields[name] = take(form, name); });
    draft.fields.figures = takeFigures(form);
    draft.findings = Array.from(el('findings').children, takeFinding);
  }
  function keepNow() {
    if (!draft || el('edit').hidden || !store.isOpen()) return Promise.resolve();
    clearTimeout(saving);
    collect();
    /* what waited to be sent is another sending once it is changed */
    if (draft.state !== 'draft') { draft.state = 'draft'; draft.delivery = newKey(); draft.sentence = ''; }
    return queue.save(draft).then(function () { el('kept').textContent = '已存在手机里 ' + new Date().toTimeString().slice(0, 5); });
  }
  function changed() { clearTimeout(saving); saving = setTimeout(keepNow, LATER); }
  function fault() {
    var f = draft.fields;
    if (!f.visited_on) return ['v_visited_on', '请填走访日期。'];
    if (f.visited_on > today()) return ['v_visited_on', '走访日期不能晚于今天。'];
    if (!f.note && !f.facts && !f.figures && !draft.findings.length) return ['v_note', '请至少写一句走访记录。'];
    var rows = f.figures.split('\n').filter(Boolean).map(function (line) { return line.split('|'); });
    if (rows.some(function (p) { return !p[0] || !p[1] || !p[2] || isNaN(+p[2]); })) return ['v_figure_0_kind', '数据要选项目，填数值（数字）和时期。'];
    var boxes = el('findings').children;
    for (var n = 0; n < draft.findings.length; n++) {
      var one = draft.findings[n], at = 'id_' + boxes[n].dataset.at + '-';
      if (!one.words) return [at + 'words', '请写企业的原话，或删掉这条难题。'];
      var missing = (NEEDED[one.handling] || []).find(function (pair) { return pair[0] === 'step_0_words' ? !one.steps.length : !one[pair[0]]; });
      if (missing) return [at + missing[0], missing[1]];
      if (one.handling === 'B' && one.steps.some(function (s) { return !s.words || !s.due_on; })) return [at + 'step_0_words', '每一步都要写做什么、到哪天。'];
    }
    return null;
  }
  function save() {
    keepNow().then(function () {
      var bad = fault();
      if (bad) { complain(bad[0], bad[1]); return null; }
      draft.state = 'waiting';
      return queue.save(draft).then(function () { draft = null; return home(); }).then(function () {
        queue.askToBeWoken();
        return queue.flush(urls);
      });
    });
  }
  function complain(id, sentence) {
    say(sentence, 'bad');
    var c = el(id);
    if (c) { c.setAttribute('aria-invalid', 'true'); c.focus(); }
  }
  function wrong(field, sentence) {
    var parts = /^finding_(\d+)_(.+)$/.exec(field || '');
    if (!parts) { complain('v_' + field, sentence); return; }
    var box = el('findings').children[+parts[1]];
    complain(box ? 'id_' + box.dataset.at + '-' + (parts[2] === 'steps' ? 'step_0_words' : parts[2]) : '', sentence);
  }
  function discard() {
    if (!draft) return;
    var gone = draft, photos = gone.photos.map(function (photo) { return store.drop('photo', photo.key); });
    clearTimeout(saving);
    draft = null;
    Promise.all(photos.concat([store.drop('draft', gone.key)])).then(home);
  }

  /* --- two wrote on one visit ------------------------------------------------------------------------------------- */
  function clash(one) {
    draft = one;
    el('clash-why').textContent = one.sentence;
    el('clash-form').replaceChildren.apply(el('clash-form'), one.clash.clashes.map(function (pair) {
      var choice = function (value, title, words) {
        var id = 'pick-' + pair.name + '-' + value;
        return make('label', { class: 'choice', for: id }, [make('input', { type: 'radio', name: pair.name, id: id, value: value }), make('span', {}, [make('b', {}, [title]), make('span', { class: 'said' }, [words])])]);
      };
      return make('div', { class: 'card card-b' }, [make('fieldset', { class: 'field' }, [make('legend', { class: 'label' }, [pair.label]), make('div', { class: 'choices' }, [choice('mine', '用我写的', pair.mine), choice('theirs', '用' + one.clash.who + '改的', pair.theirs)])])]);
    }));
    show('clash');
  }
  function choose() {
    var form = el('clash-form'), told = draft.clash;
    var open_ = told.clashes.find(function (pair) { return !form.elements[pair.name].value; });
    if (open_) { say('“' + open_.label + '”还没有选。', 'bad'); return; }
    Object.assign(draft.fields, told.settled);
    told.clashes.forEach(function (pair) { if (form.elements[pair.name].value === 'theirs') draft.fields[pair.name] = pair.their_value; });
    Object.assign(draft, { base: told.theirs, version: told.version, delivery: newKey(), state: 'waiting', clash: null, sentence: '' });
    queue.save(draft).then(function () { draft = null; return home(); }).then(function () { return queue.flush(urls); });
  }

  /* --- wiring ----------------------------------------------------------------------------------------------------- */
  el('visit-form').addEventListener('submit', function (event) { event.preventDefault(); });
  el('clash-form').addEventListener('submit', function (event) { event.preventDefault(); });
  el('edit').addEventListener('input', function (event) {
    event.target.removeAttribute('aria-invalid');
    var box = event.target.closest('.finding');
    if (box && event.target.name === box.dataset.at + '-question') box.querySelector('[data-same-box]').dataset.chosen = event.target.value;
    if (box && event.target.name === box.dataset.at + '-handling') classes(box);
    if (box && event.target.name === box.dataset.at + '-words') { clearTimeout(box.looks); box.looks = setTimeout(function () { look(box); }, 600); }
    if (event.target.type !== 'file') changed();
  });
  el('photos').addEventListener('change', function (event) { addPhotos(event.target.files).then(function () { event.target.value = ''; }); });
  el('add-finding').addEventListener('click', function () { addFinding({ key: newKey(), at_once: true }).querySelector('textarea').focus(); changed(); });
  el('save').addEventListener('click', save);
  el('discard').addEventListener('click', discard);
  el('choose').addEventListener('click', choose);
  el('send-now').addEventListener('click', function () { queue.flush(urls); });
  d.querySelectorAll('[data-home]').forEach(function (b) { b.addEventListener('click', function () { keepNow().then(function () { draft = null; home(); }); }); });
  d.addEventListener('visibilitychange', function () { if (d.hidden) keepNow(); });
  addEventListener('pagehide', function () { keepNow(); });
  addEventListener('offline', function () { online = false; status(); });
  addEventListener('online', function () { if (!draft) open(); else online = true; status(); });
  el('sign-out').addEventListener('click', function () {
    keepNow().then(function () { return store.ask(urls.signOut, { method: 'POST' }); }).then(function () { return 'signed-out'; }, function () { return 'signed-out'; })
      .then(function (state) { return store.forget().then(function () { return locked(state); }); });
  });
  if (navigator.serviceWorker) navigator.serviceWorker.register(urls.worker, { scope: urls.scope }).catch(function () { /* without it the page still works online */ });
  open().then(function () {
    queue.start(urls, function (sent) {
      /* something got through: there is signal again, and the list may be fetched anew */
      if (sent.state === 'sent' && !online) open();
      else if (!el('home').hidden) home();
    });
    setInterval(function () { if (!online && navigator.onLine && !draft) open(); }, AGAIN);
  });
})();
