/* Without signal: which public questions share words with what is typed. A guess, and called so; the engine decides on arrival. */
(function () {
  'use strict';
  var LEAST_CHARACTERS = 6, LEAST_SHARE = 0.3, MOST = 3;

  /* digest: {words: [word, weight, …], questions: [[id, number, title, askers, [places of its words]], …]} */
  function guess(digest, typed) {
    var text = (typed || '').toLowerCase();
    if (!digest || text.trim().length < LEAST_CHARACTERS) return [];
    var said = [];
    for (var at = 0; at < digest.words.length; at += 2) {
      said.push(text.indexOf(digest.words[at]) >= 0 ? digest.words[at + 1] : 0);
    }
    return digest.questions.map(function (row) {
      var all = 0, shared = 0, hits = 0;
      row[4].forEach(function (place) {
        all += digest.words[place * 2 + 1];
        shared += said[place];
        hits += said[place] > 0 ? 1 : 0;
      });
      return { id: row[0], number: row[1], title: row[2], askers: row[3], share: all ? shared / all : 0, hits: hits };
    }).filter(function (one) { return one.hits > 1 && one.share >= LEAST_SHARE; })
      .sort(function (a, b) { return b.share - a.share || b.askers - a.askers; })
      .slice(0, MOST);
  }

  window.Field.guess = guess;
})();
