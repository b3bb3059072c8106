/**
 * The run store's statements: prepared once each, and the writing of a run's columns, which all of the store's parts do.
 */
import type Database from 'libsql'

import { MidbenchError } from '../errors'
import { otherForm } from './store-database'
import type { SqlValue } from './store-rows'

export class StoreStatements {
  private readonly statements = new Map<string, Database.Statement>()

  protected constructor(protected readonly db: Database.Database) {}

  close(): void {
    this.statements.clear()
    this.db.close()
  }

  /** @throws MidbenchError `run.unknown` */
  protected row(id: string): unknown {
    const row = this.get('SELECT * FROM runs WHERE id = ?', [id])
    if (!row) throw unknownRun(id)
    return row
  }

  /** Writes columns of a run, and now as the time of its last change. @throws MidbenchError `run.unknown` */
  protected set(id: string, columns: Record<string, SqlValue>): void {
    this.write(id, { updated_at: Date.now(), ...columns })
  }

  /** Writes columns of a run. @throws MidbenchError `run.unknown` */
  protected write(id: string, columns: Record<string, SqlValue>): void {
    const assignments = Object.keys(columns).map((name) => `${name} = ?`)
    const sql = `UPDATE runs SET ${assignments.join(', ')} WHERE id = ?`
    if (this.run(sql, [...Object.values(columns), id]) === 0) throw unknownRun(id)
  }

  protected insert(
    verb: string,
    table: string,
    columns: readonly string[],
    values: readonly SqlValue[],
  ): void {
    const places = columns.map(() => '?').join(', ')
    this.run(`${verb} INTO ${table} (${columns.join(', ')}) VALUES (${places})`, values)
  }

  protected run(sql: string, values: readonly SqlValue[]): number {
    return this.prepare(sql).run([...values]).changes
  }

  protected get(sql: string, values: readonly SqlValue[]): unknown {
    return this.prepare(sql).get([...values])
  }

  /** @param raw rows as arrays of values in place of objects */
  protected prepare(sql: string, raw = false): Database.Statement<[SqlValue[]]> {
    const known = this.statements.get(sql)
    if (known) return known
    const statement = otherForm(() => this.db.prepare<[SqlValue[]]>(sql))
    if (raw) statement.raw()
    this.statements.set(sql, statement)
    return statement
  }
}

export function unknownRun(id: string): MidbenchError {
  return new MidbenchError({ code: 'run.unknown', message: `There is no run ${id} in the store.` })
}
