/** A marked value: wherever a secret stands, so that a test can look for it where it must not be. */
export const marked = 'MARKED-SECRET';

const http = {
  tls_config: {
    ca_file: 'ca.pem',
    server_name: 'x',
    cert_file: 'cert.pem',
    key_file: 'key.pem',
    insecure_skip_verify: true,
  },
  proxy_url: `http://user:${marked}@proxy:3128`,
  headers: { 'X-Token': marked },
};

const collector = { enabled: true, interval: '30s', stale_after: '5m' };

/** A valid configuration in which every key of the schema stands somewhere. */
export const fullConfig = {
  towers: [
    {
      name: 'shanghai',
      url: 'https://tower.example.com',
      username: 'monitor',
      password: marked,
      source: 'AUTHN',
      auth_config_id: 'c1',
      content_language: 'zh-CN',
      tls_config: http.tls_config,
      proxy_url: http.proxy_url,
      connect_timeout: '5s',
      timeout: '30s',
      page_size: 500,
      max_concurrency: 4,
      max_response_bytes: 1_000_000,
      scope: { datacenter_ids: ['d'], cluster_ids: ['c'] },
      collectors: {
        tower: collector,
        clusters: collector,
        hosts: collector,
        disks: collector,
        alerts: { ...collector, max_series: 10 },
        recycle_bin: collector,
        vms: collector,
      },
    },
    { name: 'b', url: 'http://b', username: 'monitor', password_file: 'secret' },
    { name: 'c', url: 'http://c', api_key: marked },
    { name: 'd', url: 'http://d', api_key_file: 'secret' },
  ],
  bridge: {
    state_dir: 'state',
    external_labels: { site: 'shanghai' },
    receivers: [
      {
        name: 'on-call',
        match: ['severity=~"critical|warning"'],
        relabel: { add_labels: { team: 'x' }, drop_labels: ['vm_name'] },
        alertmanager: {
          urls: ['http://am-0:9093', 'http://am-1:9093/prefix'],
          resend_interval: '1m',
          resolved_retention: '15m',
          timeout: '10s',
          max_batch_alerts: 256,
          max_batch_bytes: 1_000_000,
          http_config: { ...http, basic_auth: { username: 'u', password: marked } },
        },
      },
      {
        name: 'chat',
        webhook: {
          url: `https://chat.example.com/${marked}?a=b`,
          group_by: ['...'],
          group_wait: '0s',
          group_interval: '1m',
          repeat_interval: 0,
          send_resolved: false,
          max_alerts: 5,
          hmac_secret: marked,
          hmac_header: 'X-Sig',
          timeout: '10s',
          external_url: 'http://exporter:9861',
          http_config: { authorization: { type: 'Bearer', credentials: marked } },
        },
      },
      {
        name: 'third',
        webhook: {
          url_file: 'url',
          hmac_secret_file: 'secret',
          http_config: {
            oauth2: {
              client_id: 'x',
              client_secret: marked,
              token_url: 'https://id.example.com/token',
              scopes: ['a'],
              endpoint_params: { audience: 'x' },
            },
          },
        },
      },
      {
        name: 'fourth',
        webhook: {
          url: 'http://d',
          http_config: {
            oauth2: { client_id: 'x', client_secret_file: 'secret', token_url: 'https://id.example.com' },
          },
        },
      },
      {
        name: 'fifth',
        webhook: { url: 'http://e', http_config: { basic_auth: { username: 'u', password_file: 'secret' } } },
      },
      { name: 'sixth', webhook: { url: 'http://f', http_config: { authorization: { credentials_file: 'secret' } } } },
    ],
    severity_map: { NOTICE: 'page' },
    identity: 'entity',
    generator_url: '/alerts/{alert_id}',
    runbook_url: 'https://runbooks/{rule}',
    runbook_urls: { rule: 'https://runbooks/rule' },
    max_hold: '24h',
    assume_timezone: '+08:00',
    watchdog: true,
    drain_timeout: '25s',
  },
};

/** Files that the configuration names. */
export const fullConfigFiles: Readonly<Record<string, string>> = {
  'ca.pem': 'x',
  'cert.pem': 'x',
  'key.pem': 'x',
  secret: `${marked}\n`,
  url: `https://hooks.example.com/${marked}\n`,
};
