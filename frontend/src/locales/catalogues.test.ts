import { expect, test } from "vitest";
import { i18n, choose, preferred } from "@/lib/i18n";
import en from "@/locales/en";
import ru from "@/locales/ru";

interface Words { [key: string]: string | Words }

/** Every sentence by its path. */
function sentences(words: Words, path = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "string" ? [[`${path}${key}`, value] as const] : [...sentences(value, `${path}${key}.`)],
    ),
  );
}

const FORM = /_(zero|one|two|few|many|other)$/;

/** Paths without the plural's form, so that languages with more forms than others can be compared. */
function meanings(words: Words): Set<string> {
  return new Set([...sentences(words).keys()].map((path) => path.replace(FORM, "")));
}

test("both catalogues say the same things", () => {
  expect(meanings(ru)).toEqual(meanings(en));
});

test.each([
  ["en", en],
  ["ru", ru],
])("%s has every form of its plurals, and no others", (language, words) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const found = new Map<string, string[]>();
  for (const path of sentences(words).keys()) {
    const form = FORM.exec(path)?.[1];
    if (form) found.set(path.replace(FORM, ""), [...(found.get(path.replace(FORM, "")) ?? []), form]);
  }

  for (const each of found.values()) expect(each.sort()).toEqual([...forms].sort());
});

test("both catalogues fill in the same values", () => {
  const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
  const english = sentences(en);

  for (const [path, text] of sentences(ru)) {
    const same = english.get(path) ?? english.get(path.replace(FORM, "_other")) ?? "";
    expect([path, values(text)]).toEqual([path, values(same)]);
  }
});

test("Russian counts as Russians do", async () => {
  await choose("ru");

  const counted = [1, 3, 5, 21, 112].map((count) => i18n.t("uploads:tray_summary", { count }));

  expect(counted).toEqual(["1 снимок в пути", "3 снимка в пути", "5 снимков в пути", "21 снимок в пути", "112 снимков в пути"]);
  await choose("en");
});

test("the first language that the browser prefers and we speak is spoken", () => {
  expect(preferred([null, "de-AT", "ru-RU", "en"])).toBe("ru");
  expect(preferred(["fr"])).toBe("en");
});
