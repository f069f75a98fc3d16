import { startLocal } from '../../environments/local/start'

it('loads a file once although the answer of its COMMIT is lost', async () => {
  const local = await startLocal({ settings: { csv: { headerLines: 1 } }, log: () => {}, measure: () => {} })
  try {
    await local.redshift.admin('create table kpis (id int, name varchar(8)); grant insert on kpis to penstock')
    local.redshift.failNext({ matching: /^COMMIT/i, act: 'cut-after' })
    await local.put('kpis/a.csv', 'id,name\n1,lamp\n')
    await local.quiet()
    expect(local.redshift.statements.filter(({ outcome }) => outcome === 'cut')).toHaveLength(1)
    expect(await local.redshift.admin('select * from kpis')).toEqual([{ id: 1, name: 'lamp' }])
  } finally {
    await local.stop()
  }
})
