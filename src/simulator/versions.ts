/** The CloudTower API versions that the simulator can be, oldest first. */
export const versions = [
  '2.8.0',
  '3.0.0',
  '3.4.4',
  '4.0.0',
  '4.1.0',
  '4.3.0',
  '4.4.0',
  '4.5.0',
  '4.6.0',
  '4.7.0',
  '4.8.0',
] as const;

export type Version = (typeof versions)[number];

export const isVersion = (text: string): text is Version => versions.some((version) => version === text);

/** A release in which something appeared; also releases between those that can be simulated. */
export type Release = `${number}.${number}.${number}`;

const parts = (release: Release): readonly number[] => release.split('.').map(Number);

/** Whether `version` is `release` or newer. */
export const atLeast = (version: Version, release: Release): boolean => {
  const [left, right] = [parts(version), parts(release)];
  for (const [index, wanted] of right.entries()) {
    const difference = (left[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
};
