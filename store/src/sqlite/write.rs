//! Putting a batch into an open transaction. Nothing here decides; wrong rows meet a constraint.

use execert::id::Uuid;
use execert::store::{Batch, Head, RequestState};
use rusqlite::{Connection, ToSql, params};

type Done = rusqlite::Result<()>;

/// All of the batch but the COMMIT. False: the head in the table is not `expect`.
pub(crate) fn batch(
    connection: &Connection,
    expect: Option<&Head>,
    batch: &Batch,
    recorder: &Uuid,
) -> rusqlite::Result<bool> {
    let run = |text: &str, params: &[&dyn ToSql]| connection.prepare_cached(text)?.execute(params);
    records(connection, batch, recorder)?;
    for seq in &batch.basis {
        run("INSERT INTO basis(seq) VALUES(?1)", params![seq])?;
    }
    for seq in &batch.open_intents {
        run(
            "INSERT INTO intent(seq, recorder) VALUES(?1, ?2)",
            params![seq, recorder.as_bytes()],
        )?;
    }
    for seq in &batch.close_intents {
        run("DELETE FROM intent WHERE seq = ?1", params![seq])?;
    }
    runs(connection, batch)?;
    requests(connection, batch)?;
    for (digest, envelope) in &batch.documents {
        run(
            "INSERT INTO document(digest, envelope) VALUES(?1, ?2) ON CONFLICT DO NOTHING",
            params![digest.as_bytes(), envelope],
        )?;
    }
    for seq in &batch.erase {
        run("DELETE FROM content WHERE seq = ?1", params![seq])?;
    }
    tiles(connection, batch)?;
    if let Some((size, note)) = &batch.checkpoint {
        let text =
            "INSERT INTO checkpoint(size, note) VALUES(?1, ?2) ON CONFLICT(size) DO UPDATE SET note = excluded.note";
        run(text, params![size, note])?;
    }
    if let Some(state) = batch.state {
        run("UPDATE ledger SET state = ?1", params![state.as_str()])?;
    }
    head(connection, expect, &batch.head)
}

fn records(connection: &Connection, batch: &Batch, recorder: &Uuid) -> Done {
    let mut record = connection.prepare_cached(
        "INSERT INTO record(seq, digest, envelope, run, run_seq, recorder, request) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut content = connection.prepare_cached("INSERT INTO content(seq, body) VALUES(?1, ?2)")?;
    for new in &batch.rows {
        let row = &new.row;
        let (run, run_seq) = row.run.as_ref().map(|(id, seq)| (id.as_bytes(), seq)).unzip();
        record.execute(params![
            row.seq,
            row.digest.as_bytes(),
            row.envelope,
            run,
            run_seq,
            recorder.as_bytes(),
            new.request
        ])?;
        if let Some(body) = &row.content {
            content.execute(params![row.seq, body])?;
        }
    }
    Ok(())
}

fn runs(connection: &Connection, batch: &Batch) -> Done {
    let mut put = connection.prepare_cached(
        // In place: replacing would write the index of ids anew with each record.
        "INSERT INTO run(id, seq, digest, frontier, recorder, at, enforced, observed, reported, steps, name, thread)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT(id) DO UPDATE SET seq = excluded.seq, digest = excluded.digest, frontier = excluded.frontier,
         recorder = excluded.recorder, at = excluded.at, enforced = excluded.enforced, observed = excluded.observed,
         reported = excluded.reported, steps = excluded.steps, name = excluded.name, thread = excluded.thread",
    )?;
    for run in &batch.runs {
        let counts = &run.counts;
        put.execute(params![
            run.id.as_bytes(),
            run.seq,
            run.digest.as_bytes(),
            run.frontier.to_bytes(),
            run.recorder.as_ref().map(Uuid::as_bytes),
            run.at,
            counts.enforced,
            counts.observed,
            counts.reported,
            counts.steps,
            counts.name,
            counts.thread
        ])?;
    }
    for id in &batch.closed_runs {
        connection
            .prepare_cached("DELETE FROM run WHERE id = ?1")?
            .execute([id.as_bytes()])?;
    }
    let mut index = connection.prepare_cached(
        "INSERT OR REPLACE INTO run_index(id, name, thread, first, last, status) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for entry in &batch.run_entries {
        index.execute(params![
            entry.id.as_bytes(),
            entry.name,
            entry.thread,
            entry.first,
            entry.last,
            entry.status
        ])?;
    }
    Ok(())
}

fn requests(connection: &Connection, batch: &Batch) -> Done {
    let mut put = connection.prepare_cached(
        "INSERT OR REPLACE INTO request(seq, digest, thread, call_id, tool, expires, content, seed, approvals, state)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for request in &batch.requests {
        // A used request keeps nothing to guess its arguments from.
        let kept = request.state != RequestState::Used;
        let approvals: Vec<u8> = request.approvals.iter().flat_map(|digest| *digest.as_bytes()).collect();
        put.execute(params![
            request.seq,
            request.digest.as_bytes(),
            request.thread,
            request.call_id,
            request.tool,
            request.expires,
            request.content.as_ref().filter(|_| kept),
            request.seed.filter(|_| kept),
            approvals,
            request.state.as_str()
        ])?;
    }
    Ok(())
}

/// Create only. The same bytes again are fine; for others the WHERE keeps the old tile, and no row changes.
fn tiles(connection: &Connection, batch: &Batch) -> Done {
    let mut put = connection.prepare_cached(
        "INSERT INTO tile(level, n, hashes) VALUES(?1, ?2, ?3)
         ON CONFLICT(level, n) DO UPDATE SET hashes = excluded.hashes WHERE hashes = excluded.hashes",
    )?;
    for tile in &batch.tiles {
        if put.execute(params![tile.level, tile.n, tile.hashes])? != 1 {
            return Err(rusqlite::Error::StatementChangedRows(0));
        }
    }
    Ok(())
}

/// Compare and set: exactly one row changes, or someone else was here.
fn head(connection: &Connection, expect: Option<&Head>, head: &Head) -> rusqlite::Result<bool> {
    let policy = head.policy.as_ref().map(|digest| digest.as_bytes());
    let (frontier, at) = (head.frontier.to_bytes(), head.at.millis());
    let columns: [&dyn ToSql; 9] = [
        &head.seq,
        head.digest.as_bytes(),
        &head.epoch,
        &frontier,
        &at,
        &head.first,
        &head.intents,
        &head.runs,
        &policy,
    ];
    let changed = match expect {
        None => connection
            .prepare_cached(
                "INSERT INTO head(one, seq, digest, epoch, frontier, at, first, intents, runs, policy)
                 VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
            )?
            .execute(columns.as_slice())?,
        Some(old) => {
            let place: [&dyn ToSql; 2] = [&old.seq, old.digest.as_bytes()];
            let all = [columns.as_slice(), &place].concat();
            connection
                .prepare_cached(
                    "UPDATE head SET seq = ?1, digest = ?2, epoch = ?3, frontier = ?4, at = ?5, first = ?6, intents = ?7,
                     runs = ?8, policy = ?9 WHERE seq = ?10 AND digest = ?11",
                )?
                .execute(all.as_slice())?
        }
    };
    Ok(changed == 1)
}
