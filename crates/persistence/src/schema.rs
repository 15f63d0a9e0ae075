//! One schema for both backends, in the portable types of `sql`.

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    users (id) {
        id -> Uuid,
        name -> Text,
        is_owner -> Bool,
        created_at -> Instant,
        role -> Nullable<Text>,
        disabled_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Text,
        created_at -> Instant,
        last_seen_at -> Instant,
        expires_at -> Instant,
        revoked_at -> Nullable<Instant>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    api_tokens (id) {
        id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        token_hash -> Text,
        created_at -> Instant,
        expires_at -> Nullable<Instant>,
        revoked_at -> Nullable<Instant>,
        scopes -> Nullable<Json>,
        project_ids -> Nullable<Json>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    owner_links (token_hash) {
        token_hash -> Text,
        user_id -> Uuid,
        created_at -> Instant,
        expires_at -> Instant,
        used_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    memberships (user_id, project_id) {
        user_id -> Uuid,
        project_id -> Uuid,
        role -> Text,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    invitations (id) {
        id -> Uuid,
        token_hash -> Text,
        label -> Text,
        grants -> Json,
        invited_by -> Uuid,
        created_by -> Json,
        created_at -> Instant,
        expires_at -> Instant,
        revoked_at -> Nullable<Instant>,
        accepted_at -> Nullable<Instant>,
        accepted_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    projects (id) {
        id -> Uuid,
        name -> Text,
        settings -> Json,
        last_run_number -> BigInt,
        revision -> BigInt,
        created_by -> Json,
        created_at -> Instant,
        updated_at -> Instant,
        archived_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    workflows (name) {
        name -> Text,
        newest_version -> BigInt,
        title -> Nullable<Text>,
        description -> Nullable<Text>,
        edited -> Bool,
        updated_at -> Instant,
        triggers -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    workflow_versions (name, version) {
        name -> Text,
        version -> BigInt,
        digest -> Text,
        document -> Text,
        published_by -> Json,
        published_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    runs (id) {
        id -> Uuid,
        project_id -> Uuid,
        number -> BigInt,
        title -> Nullable<Text>,
        labels -> Json,
        workflow_name -> Text,
        workflow_version -> BigInt,
        workflow_digest -> Text,
        settings -> Json,
        status -> Text,
        current_step -> Nullable<Text>,
        last_successful_step -> Nullable<Text>,
        first_step -> Nullable<Text>,
        shipping -> Bool,
        trigger_source -> Text,
        initiating_actor -> Json,
        starters -> Json,
        inputs -> Json,
        input_metadata -> Json,
        base_ref -> Nullable<Text>,
        base_commit -> Nullable<Text>,
        attempt -> BigInt,
        retry_of -> Nullable<Uuid>,
        root_run_id -> Uuid,
        correlation_id -> Text,
        failure -> Nullable<Json>,
        failure_type -> Nullable<Text>,
        failure_reason -> Nullable<Text>,
        failure_step -> Nullable<Text>,
        created_at -> Instant,
        started_at -> Nullable<Instant>,
        completed_at -> Nullable<Instant>,
        revision -> BigInt,
        last_event_seq -> BigInt,
        last_transition_seq -> BigInt,
        workflow_limit -> Nullable<BigInt>,
        project_limit -> Nullable<BigInt>,
        start_commit -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    run_transitions (run_id, seq) {
        run_id -> Uuid,
        seq -> BigInt,
        from_status -> Nullable<Text>,
        to_status -> Text,
        step -> Nullable<Text>,
        actor -> Nullable<Json>,
        reason -> Text,
        metadata -> Nullable<Json>,
        at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    run_events (position) {
        position -> BigInt,
        xact -> BigInt,
        run_id -> Uuid,
        seq -> BigInt,
        kind -> Text,
        step -> Nullable<Text>,
        attempt -> Nullable<BigInt>,
        actor -> Nullable<Json>,
        data -> Nullable<Json>,
        at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    step_attempts (id) {
        id -> Uuid,
        run_id -> Uuid,
        step -> Text,
        attempt -> BigInt,
        tries -> BigInt,
        state -> Text,
        workspace -> Text,
        owner -> Nullable<Text>,
        epoch -> BigInt,
        lease_expires_at -> Nullable<Instant>,
        available_at -> Instant,
        started_at -> Nullable<Instant>,
        finished_at -> Nullable<Instant>,
        process -> Nullable<Json>,
        outputs -> Nullable<Json>,
        failure -> Nullable<Json>,
        result -> Nullable<Json>,
        held_until -> Nullable<Instant>,
        inherited_from -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    approvals (id) {
        id -> Uuid,
        run_id -> Uuid,
        project_id -> Uuid,
        step -> Text,
        attempt -> BigInt,
        round -> BigInt,
        status -> Text,
        policy -> Json,
        evidence_digest -> Nullable<Text>,
        diagnostics -> Json,
        requested_at -> Instant,
        expires_at -> Nullable<Instant>,
        decided_at -> Nullable<Instant>,
        revision -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    approval_votes (approval_id, user_id, evidence_digest) {
        approval_id -> Uuid,
        user_id -> Uuid,
        evidence_digest -> Text,
        decision -> Text,
        actor -> Json,
        rationale -> Nullable<Text>,
        at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    artifacts (id) {
        id -> Uuid,
        run_id -> Uuid,
        step -> Text,
        attempt -> BigInt,
        kind -> Text,
        name -> Text,
        media_type -> Text,
        sha256 -> Text,
        size_bytes -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    idempotency_records (principal, operation, idempotency_key) {
        principal -> Uuid,
        operation -> Text,
        idempotency_key -> Text,
        request_hash -> Text,
        reply -> Json,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    run_diagnostics (id) {
        id -> Uuid,
        run_id -> Uuid,
        error_type -> Text,
        channel -> Text,
        operation -> Text,
        topic -> Text,
        event -> Nullable<Text>,
        reason -> Text,
        detail -> Text,
        attempts -> BigInt,
        at -> Instant,
        seq -> Nullable<BigInt>,
        sink_id -> Nullable<Uuid>,
        resolution -> Nullable<Text>,
        resolved_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    webhook_sinks (id) {
        id -> Uuid,
        project_id -> Uuid,
        url -> Text,
        events -> Json,
        enabled -> Bool,
        disabled_reason -> Nullable<Text>,
        secret -> Text,
        previous_secret -> Nullable<Text>,
        previous_secret_until -> Nullable<Instant>,
        created_by -> Json,
        created_at -> Instant,
        updated_at -> Instant,
        revision -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql::{Instant, Json, Uuid};

    webhook_deliveries (id) {
        id -> Uuid,
        sink_id -> Uuid,
        run_id -> Nullable<Uuid>,
        seq -> Nullable<BigInt>,
        kind -> Text,
        state -> Text,
        attempts -> BigInt,
        tries -> BigInt,
        next_attempt_at -> Instant,
        owner -> Nullable<Text>,
        last_attempt_at -> Nullable<Instant>,
        last_status -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        last_response -> Nullable<Text>,
        last_duration_ms -> Nullable<BigInt>,
        created_at -> Instant,
        delivered_at -> Nullable<Instant>,
    }
}

diesel::joinable!(webhook_deliveries -> webhook_sinks (sink_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    sessions,
    api_tokens,
    owner_links,
    memberships,
    invitations,
    projects,
    workflows,
    workflow_versions,
    runs,
    run_transitions,
    run_events,
    step_attempts,
    approvals,
    approval_votes,
    artifacts,
    idempotency_records,
    run_diagnostics,
    webhook_sinks,
    webhook_deliveries,
);
