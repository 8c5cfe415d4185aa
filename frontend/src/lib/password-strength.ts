/** How long a password would hold: 0 too short, 1 weak, 2 fair, 3 strong. */
export type Strength = 0 | 1 | 2 | 3;

export const SHORTEST_PASSWORD = 8;

const COMMON = /^(.*(pass(word|wort)|parol|qwert|asdf|1234|letmein|welcome|admin|darkroom|пароль|йцукен).*)$/i;

/**
 * Estimate the strength of a password from its length, the kinds of letters in it and how much it repeats itself.
 * A hint while typing, and no more: the API decides what it takes.
 */
export function passwordStrength(password: string, email = ""): Strength {
  if (password.length < SHORTEST_PASSWORD) return 0;
  const name = email.split("@")[0]?.toLowerCase() ?? "";
  if (name.length > 2 && password.toLowerCase().includes(name)) return 1;
  const bits = distinctLength(password) * Math.log2(alphabet(password));
  const guessed = COMMON.test(password) ? bits - 30 : bits;
  return guessed >= 65 ? 3 : guessed >= 45 ? 2 : 1;
}

/** The length, where repeated letters and runs such as `abc` or `987` count for little. */
function distinctLength(password: string): number {
  let length = 0;
  let before: number | undefined;
  let stepBefore: number | undefined;
  for (const letter of password) {
    const code = letter.codePointAt(0) ?? 0;
    const step = before === undefined ? undefined : code - before;
    length += step === 0 || (step === stepBefore && Math.abs(step ?? 9) === 1) ? 0.25 : 1;
    before = code;
    stepBefore = step;
  }
  return Math.min(length, new Set(password).size * 2);
}

function alphabet(password: string): number {
  const kinds: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^\p{L}0-9]/u, 24],
    [/[^\P{L}a-zA-Z]/u, 33],
  ];
  return kinds.reduce((size, [kind, letters]) => (kind.test(password) ? size + letters : size), 1);
}
