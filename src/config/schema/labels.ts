import { z } from 'zod';

const labelPattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The name of a label, as Prometheus and Alertmanager allow it. */
export const labelName = () =>
  z
    .string({ error: 'expected the name of a label' })
    .regex(labelPattern, 'expected the name of a label (letters, digits and _, no digit first)')
    .meta({ kind: 'name of a label' });

/** A map from label names to values. */
export const labelsSchema = () =>
  z
    .record(labelName(), z.string({ error: 'expected text (in quotes, if it looks like a number)' }), {
      error: 'expected a map from label names to values',
    })
    .readonly()
    .meta({ kind: 'map from label names to values' });
