import type { AnyRow } from '../schema/column.ts';
import type { Estate, LocalisedTexts } from '../estate/estate.ts';
import { atLeast, type Version } from '../versions.ts';
import { HttpError } from './errors.ts';

export type Language = 'en-US' | 'zh-CN' | '*';

/** @throws {HttpError} 400 for a language the version does not have. */
export const readLanguage = (header: string | undefined, version: Version): Language => {
  if (header === undefined || header === '' || header === 'en-US') return 'en-US';
  if (header === 'zh-CN') return header;
  if (header === '*' && atLeast(version, '4.4.0')) return header;
  throw new HttpError(400, `content-language: '${header}' is not supported`);
};

const columns: readonly (keyof LocalisedTexts)[] = ['message', 'cause', 'impact', 'solution'];

/** The rows in a language. With `*` a localised text is JSON of all languages. Rows as they are kept are in en-US. */
export const localise = (rows: readonly AnyRow[], language: Language, estate: Estate): readonly AnyRow[] => {
  if (language === 'en-US') return rows;
  return rows.map((row) => {
    const chinese = estate.chinese.get(row.id);
    const texts = columns.flatMap((column) => {
      const english = row[column];
      if (typeof english !== 'string') return [];
      const other = chinese?.[column] ?? english;
      return [[column, language === 'zh-CN' ? other : JSON.stringify({ 'en-US': english, 'zh-CN': other })] as const];
    });
    return { ...row, ...Object.fromEntries(texts) };
  });
};
