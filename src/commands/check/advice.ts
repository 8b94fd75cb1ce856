import { towerAdvice } from '../../client/advice.ts';
import { TowerError } from '../../client/errors.ts';

const noTower = {
  title: 'what answers at this URL is no CloudTower',
  todo: 'Check `url` (scheme, host, port, path), and what stands between this machine and the tower.',
};

/** A failed sign-in in words: an operation that every CloudTower has is missing only where there is none. */
export const explainSignInFailure = (error: unknown): string =>
  error instanceof TowerError && error.code === 'missing_operation'
    ? [noTower.title, error.message, noTower.todo].join('\n')
    : explainFailure(error);

/** A failure in words: what it means, what happened, what to do. */
export const explainFailure = (error: unknown): string => {
  if (!(error instanceof TowerError)) {
    return error instanceof Error && 'code' in error
      ? error.message
      : 'an unexpected error; run with --log.level=debug';
  }
  const { title, todo } = towerAdvice[error.code];
  return [title, error.message, todo].join('\n');
};
