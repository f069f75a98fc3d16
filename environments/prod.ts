import { environment } from './environment'

export default environment({
  name: 'prod',
  account: '333333333333',
  region: 'eu-west-1',
  bucket: 'acme-landing-prod',
  warehouses: {
    main: {
      kind: 'redshift',
      host: 'acme-prod.abc123xyz789.eu-west-1.redshift.amazonaws.com',
      database: 'analytics',
      user: 'penstock',
    },
  },
  routes: [{ match: '{table}/**', into: { warehouse: 'main', schema: 'public' } }],
  csv: { headerLines: 1 },
  notify: { failures: 'data-team@acme.example' },
  protect: true,
})
