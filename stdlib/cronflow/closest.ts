// The word that somebody meant who wrote another.

/** Words that begin with as many letters alike are taken for each other. */
const ALIKE = 4;

/** The word that differs least, when it differs little; else one that begins alike. */
export function closest(word: string, among: string[]): string | undefined {
  let best = among.find(candidate => word.length >= ALIKE && candidate.slice(0, ALIKE) === word.slice(0, ALIKE));
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of among) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
