import { environment } from '../../../environments/environment'

/** An environment that says everything that can be said, so that what no other one has is made and judged as well. */
export default environment({
  name: 'complete',
  account: '444444444444',
  region: 'eu-central-1',
  bucket: 'acme-landing-complete',
  warehouses: {
    main: {
      kind: 'redshift',
      host: 'acme-complete.abc123xyz789.eu-central-1.redshift.amazonaws.com',
      database: 'analytics',
      auth: { cluster: 'acme-complete' },
      copyRole: 'create',
    },
    serverless: {
      kind: 'redshift',
      host: 'acme.444444444444.eu-central-1.redshift-serverless.amazonaws.com',
      port: 5440,
      database: 'analytics',
      user: 'penstock',
    },
    statements: {
      kind: 'redshift',
      via: 'data-api',
      database: 'analytics',
      auth: { cluster: 'acme-complete' },
      secretArn: 'arn:aws:secretsmanager:eu-central-1:444444444444:secret:acme-penstock-AbCdEf',
    },
    'serverless-statements': {
      kind: 'redshift',
      via: 'data-api',
      database: 'analytics',
      auth: { workgroup: 'acme-wg' },
    },
  },
  bulk: [{ prefix: 'history/{yyyy}/{mm}/{dd}/', into: { warehouse: 'main', table: 'public.history' }, daily: '02:30' }],
  routes: [{ match: '{table}/**', into: { warehouse: 'main', schema: 'public' } }],
  notify: {
    failures: 'data-team@acme.example',
    successes: 'arn:aws:sns:eu-central-1:444444444444:loads',
  },
  kmsKey: 'arn:aws:kms:eu-central-1:444444444444:key/11111111-2222-3333-4444-555555555555',
  network: { cidr: '10.20.0.0/16' },
  iam: { permissionsBoundary: 'arn:aws:iam::444444444444:policy/boundary', rolePath: '/data/' },
  functions: { tracing: true, logDays: 400 },
  protect: true,
  tags: { Owner: 'data-team' },
})
