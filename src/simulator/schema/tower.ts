import {
  bool,
  date,
  float,
  int,
  json,
  oneOf,
  opt,
  recycleBin,
  ref,
  refs,
  since,
  text,
  type Columns,
  type RowOf,
} from './column.ts';

/** One row. */
export const globalSettingsColumns = {
  auth: opt(json),
  vm_recycle_bin: recycleBin,
} satisfies Columns;

export type GlobalSettingsRow = RowOf<typeof globalSettingsColumns>;

/** One row: the release. Its id is a UUID. */
export const deployColumns = {
  license: opt(ref('license')),
  version: text,
} satisfies Columns;

export type DeployRow = RowOf<typeof deployColumns>;

/** CloudTower's own licence. */
export const licenseColumns = {
  expire_date: date,
  license_serial: text,
  maintenance_end_date: opt(date),
  maintenance_start_date: opt(date),
  max_chunk_num: int,
  max_cluster_num: int,
  sign_date: date,
  software_edition: oneOf('SoftwareEdition'),
  type: oneOf('LicenseType'),
} satisfies Columns;

export type LicenseRow = RowOf<typeof licenseColumns>;

/** What users and the tower did. */
export const taskColumns = {
  args: json,
  cluster: opt(ref('cluster')),
  description: text,
  error_code: opt(text),
  error_message: opt(text),
  finished_at: opt(date),
  internal: bool,
  key: opt(text),
  local_created_at: date,
  progress: float,
  resource_id: opt(text),
  resource_mutation: opt(text),
  resource_rollback_error: opt(text),
  resource_rollback_retry_count: opt(int),
  resource_rollbacked: opt(bool),
  resource_type: opt(text),
  snapshot: text,
  started_at: opt(date),
  status: oneOf('TaskStatus'),
  steps: json,
  type: opt(oneOf('TaskType')),
  user: opt(ref('user')),
} satisfies Columns;

export type TaskRow = RowOf<typeof taskColumns>;

/** Answered by get-my-info. */
export const userColumns = {
  auth_config_id: since('3.0.0', text),
  display_username: since('3.0.0', text),
  email_address: opt(text),
  internal: bool,
  ldap_dn: opt(text),
  mobile_phone: opt(text),
  name: text,
  password_expired: opt(bool),
  password_recover_qa: opt(json),
  password_updated_at: opt(text),
  role: opt(oneOf('UserRole')),
  roles: opt(refs('userRoleNext')),
  source: oneOf('UserSource'),
  username: text,
} satisfies Columns;

export type UserRow = RowOf<typeof userColumns>;
