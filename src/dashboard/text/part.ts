import { formatDuration } from '../format.ts';
import type { View } from '../view.ts';
import type { Paint } from './paint.ts';

/** What every part is made with. */
export interface TextPage extends View {
  readonly now: number;
  readonly paint: Paint;
  readonly width: number;
}

/** A line under a title. */
export const titled = ({ paint }: TextPage, title: string, body: string): string => `${paint(title, 'bold')}\n${body}`;

/** How long ago; a dash for never. */
export const ageText = (at: number | null, now: number): string => (at === null ? '–' : formatDuration(now - at));
