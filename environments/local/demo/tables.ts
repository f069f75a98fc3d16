/** The tables of the demo, as a data engineer would have created them. Their columns stand in the order of the files. */
export const TABLES: Readonly<Record<string, string>> = {
  airports: `iata varchar(8), name varchar(128), city varchar(64), state varchar(8), country varchar(64), latitude float8, longitude float8`,
  connections: `origin varchar(8), destination varchar(8), flights integer`,
  weather: `day date, precipitation decimal(6,2), temp_max decimal(5,2), temp_min decimal(5,2), wind decimal(5,2), weather varchar(16)`,
  delays: `delay integer, distance integer, time float8`,
  flights: `flown_at timestamp, delay bigint, distance bigint, origin varchar(8), destination varchar(8)`,
  stocks: `symbol varchar(8), month varchar(16), price decimal(10,2)`,
  birdstrikes: `airport varchar(128), aircraft varchar(64), damage varchar(32), day date, airline varchar(64), state varchar(64), phase varchar(32), size varchar(16), species varchar(64), time_of_day varchar(16), cost_other bigint, cost_repair bigint, cost_total bigint, speed_knots integer`,
  zipcodes: `zip_code varchar(5), latitude float8, longitude float8, city varchar(64), state varchar(4), county varchar(64)`,
}

/** Creates a table that the loader's user may insert into, and nothing else. */
export function createTable(name: string, loader: string): string {
  return `create table public.${name} (${TABLES[name]}); grant insert on public.${name} to ${loader}`
}
