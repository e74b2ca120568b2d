import RunbookModel

/// PostgreSQL's own functions, as far as it is known that they change something, or that they do not.
///
/// Those that do not are the catalogue's of PostgreSQL 15 that it declares stable or immutable, but for
/// the parts of operators, types and aggregates, with the volatile ones that only tell something. One
/// that is in neither list may do anything.
package enum KnownFunctions {
  package enum Character { case harmless, changing, unknown }

  /// - Parameter name: its parts, such as `pg_catalog` and `lower`.
  package static func character(of name: [String]) -> Character {
    guard let last = name.last else { return .unknown }
    // An extension's functions are in a schema of its own.
    if changing.contains(last) { return .changing }
    guard name.count == 1 || name.first == "pg_catalog" else { return .unknown }
    return harmless.contains(last) || last.begins(with: "pg_stat_get_") ? .harmless : .unknown
  }

  /// Whether what it does stays where its transaction is rolled back, or is done twice where that is repeated. A
  /// sequence's next number does too, and nobody misses it
  /// (https://www.postgresql.org/docs/current/functions-sequence.html).
  ///
  /// - Parameter name: its parts, such as `pg_catalog` and `setval`.
  package static func isUnguarded(_ name: [String]) -> Bool {
    guard let last = name.last else { return false }
    if changing.contains(last) { return !guarded.contains(last) }
    return leaving.contains(last)
      || name.count > 1 && leaving.contains(name.suffix(2).joined(separator: "."))
  }

  /// The functions of that sort that a text calls, as far as its words tell: also in the body of a `DO`, in a text that
  /// is executed, and in syntax that the parser does not know.
  package static func unguarded(in text: String) -> [String] {
    let bytes = Array(text.utf8)
    var found: [String] = []
    for place in bytes.indices where bytes[place] == UInt8(ascii: "(") {
      let name = name(before: place, in: bytes)
      let shown = "\(name.joined(separator: "."))()"
      guard isUnguarded(name), !found.contains(where: { $0.isIdentical(to: shown) }) else {
        continue
      }
      found.append(shown)
    }
    return copiesByProgram(text) ? found + ["COPY with a PROGRAM"] : found
  }

  /// Whether its words hold `COPY`, and later on `TO PROGRAM` or `FROM PROGRAM`.
  private static func copiesByProgram(_ text: String) -> Bool {
    let text = ReadingSettings.folded(text)
    guard text.holds("program") else { return false }
    let words = text.pieces { !("a"..."z").contains($0) }
    guard let copy = words.firstIndex(of: "copy") else { return false }
    return zip(words[copy...], words[copy...].dropFirst()).contains { word, next in
      next == "program" && (word == "to" || word == "from")
    }
  }

  private static func name(before end: Int, in bytes: [UInt8]) -> [String] {
    let head = bytes[..<end].reversed().drop { $0 <= 32 }.prefix { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"),
        UInt8(ascii: "."), UInt8(ascii: "\""), 0x80...:
        true
      default: false
      }
    }
    let text = String(decoding: head.reversed().filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    return ReadingSettings.folded(text).pieces(separatedBy: ".").map(String.init)
  }

  /// All whose effect stays, some with their schemas.
  package static let leavingNames = changing.subtracting(guarded).union(leaving)
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }

  /// Those that change something of which nothing stays when the transaction is rolled back, or the session is over.
  private static let guarded = words(
    """
    lo_create lo_creat lo_from_bytea lo_import lo_open lo_put lo_truncate lo_truncate64 lo_unlink lowrite
    nextval pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
    pg_advisory_unlock_shared pg_export_snapshot pg_extension_config_dump pg_import_system_collations
    pg_notify pg_replication_origin_create pg_try_advisory_lock pg_try_advisory_lock_shared
    """)

  /// Functions of extensions that reach out of the transaction: other sessions, other servers, files.
  private static let leaving = words(
    """
    amqp.autonomous_publish amqp.publish aws_lambda.invoke aws_s3.query_export_to_s3 azure_storage.blob_put
    dblink_cancel_query http http_delete http_get http_head http_patch http_post http_put
    pg_background_launch pg_log_standby_snapshot pg_stat_statements_reset pg_sync_replication_slots
    query_export_to_s3 run_command_on_all_nodes run_command_on_colocated_placements
    run_command_on_coordinator run_command_on_placements run_command_on_shards run_command_on_workers
    """)

  /// They change something outside of the rows that a transaction guards, or that a sequence counts:
  /// `READ ONLY` keeps nobody from most of them.
  private static let changing = words(
    """
    brin_desummarize_range brin_summarize_new_values brin_summarize_range dblink dblink_connect
    dblink_connect_u dblink_exec dblink_open dblink_send_query gin_clean_pending_list lo_create lo_creat
    lo_export lo_from_bytea lo_import lo_open lo_put lo_truncate lo_truncate64 lo_unlink lowrite nextval
    pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
    pg_advisory_unlock_shared pg_backup_start pg_backup_stop pg_cancel_backend
    pg_copy_logical_replication_slot pg_copy_physical_replication_slot
    pg_create_logical_replication_slot pg_create_physical_replication_slot pg_create_restore_point
    pg_drop_replication_slot pg_export_snapshot pg_extension_config_dump pg_file_rename pg_file_unlink
    pg_file_write pg_import_system_collations pg_log_backend_memory_contexts pg_logical_emit_message
    pg_logical_slot_get_binary_changes pg_logical_slot_get_changes pg_notify pg_promote pg_reload_conf
    pg_replication_origin_advance pg_replication_origin_create pg_replication_origin_drop
    pg_replication_origin_session_reset pg_replication_origin_session_setup pg_replication_slot_advance
    pg_rotate_logfile pg_start_backup pg_stat_reset pg_stat_reset_replication_slot pg_stat_reset_shared
    pg_stat_reset_single_function_counters pg_stat_reset_single_table_counters pg_stat_reset_slru
    pg_stat_reset_subscription_stats pg_stop_backup pg_switch_wal pg_switch_xlog pg_terminate_backend
    pg_try_advisory_lock pg_try_advisory_lock_shared pg_wal_replay_pause pg_wal_replay_resume setval
    """)

  private static let harmless = words(
    """
    abbrev abs acldefault aclexplode acos acosd acosh age area array_agg array_dims array_fill
    array_length array_lower array_ndims array_position array_positions array_remove array_replace
    array_to_json array_to_string array_to_tsvector array_upper ascii asin asind asinh atan atan2 atan2d
    atand atanh avg bit bit_and bit_count bit_length bit_or bit_xor bool bool_and bool_or box bpchar
    broadcast btrim cardinality cash_words cbrt ceil ceiling center char char_length character_length
    chr cidr circle clock_timestamp col_description concat concat_ws convert convert_from convert_to
    corr cos cosd cosh cot cotd count covar_pop covar_samp cume_dist current_database current_schema
    current_schemas current_setting current_user currval date date_bin date_part date_trunc
    datemultirange daterange decode degrees dense_rank dexp diagonal diameter div dlog1 dlog10 dround
    dtrunc encode enum_first enum_last enum_range every exp extract factorial family first_value float4
    float8 floor format format_type gcd gen_random_uuid generate_series generate_subscripts get_bit
    get_byte get_current_ts_config getdatabaseencoding getpgusername has_any_column_privilege
    has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege
    has_function_privilege has_language_privilege has_parameter_privilege has_schema_privilege
    has_sequence_privilege has_server_privilege has_table_privilege has_tablespace_privilege
    has_type_privilege hashtext height host hostmask inet_client_addr inet_client_port inet_server_addr
    inet_server_port initcap int2 int4 int4multirange int4range int8 int8multirange int8range interval
    is_normalized isclosed isempty isfinite ishorizontal isopen isparallel isperp isvertical json_agg
    json_array_elements json_array_elements_text json_array_length json_build_array json_build_object
    json_each json_each_text json_object json_object_agg json_object_keys json_populate_record
    json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_to_tsvector
    json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
    jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_insert jsonb_object
    jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_exists_tz jsonb_path_match
    jsonb_path_match_tz jsonb_path_query jsonb_path_query_array jsonb_path_query_array_tz
    jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record
    jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record
    jsonb_to_recordset jsonb_to_tsvector jsonb_typeof justify_days justify_hours justify_interval lag
    last_value lastval lcm lead left length like like_escape line ln log log10 lower lower_inc lower_inf
    lpad lseg ltrim macaddr macaddr8 macaddr8_set7bit make_date make_interval make_time make_timestamp
    make_timestamptz makeaclitem masklen max md5 min min_scale mod mode money multirange mxid_age name
    nameconcatoid netmask network normalize notlike now npoints nth_value ntile num_nonnulls num_nulls
    numeric numeric_div_trunc numeric_exp numeric_inc numeric_ln numeric_log numeric_sqrt nummultirange
    numnode numrange obj_description octet_length oid oidvectortypes overlaps overlay parse_ident path
    pclose percent_rank percentile_cont percentile_disc pg_advisory_xact_lock
    pg_available_extension_versions pg_available_extensions pg_backend_pid pg_blocking_pids
    pg_char_to_encoding pg_client_encoding pg_collation_actual_version pg_collation_for
    pg_collation_is_visible pg_column_compression pg_column_is_updatable pg_column_size
    pg_conf_load_time pg_config pg_control_checkpoint pg_control_init pg_control_recovery
    pg_control_system pg_current_logfile pg_current_snapshot pg_current_wal_flush_lsn
    pg_current_wal_insert_lsn pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned
    pg_cursor pg_database_size pg_describe_object pg_encoding_max_length pg_encoding_to_char
    pg_event_trigger_ddl_commands pg_event_trigger_dropped_objects pg_event_trigger_table_rewrite_oid
    pg_event_trigger_table_rewrite_reason pg_extension_update_paths pg_filenode_relation
    pg_function_is_visible pg_get_backend_memory_contexts pg_get_catalog_foreign_keys
    pg_get_constraintdef pg_get_expr pg_get_function_arg_default pg_get_function_arguments
    pg_get_function_identity_arguments pg_get_function_result pg_get_function_sqlbody pg_get_functiondef
    pg_get_indexdef pg_get_keywords pg_get_multixact_members pg_get_object_address
    pg_get_partition_constraintdef pg_get_partkeydef pg_get_publication_tables
    pg_get_replica_identity_index pg_get_replication_slots pg_get_ruledef pg_get_serial_sequence
    pg_get_shmem_allocations pg_get_statisticsobjdef pg_get_statisticsobjdef_columns
    pg_get_statisticsobjdef_expressions pg_get_triggerdef pg_get_userbyid pg_get_viewdef
    pg_get_wal_replay_pause_state pg_has_role pg_hba_file_rules pg_ident_file_mappings
    pg_identify_object pg_identify_object_as_address pg_index_column_has_property pg_index_has_property
    pg_indexam_has_property pg_indexam_progress_phasename pg_indexes_size pg_is_in_recovery
    pg_is_other_temp_schema pg_is_wal_replay_paused pg_last_committed_xact pg_last_wal_receive_lsn
    pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_listening_channels pg_lock_status
    pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes pg_ls_archive_statusdir pg_ls_dir
    pg_ls_logdir pg_ls_tmpdir pg_ls_waldir pg_lsn pg_mcv_list_items pg_my_temp_schema
    pg_notification_queue_usage pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible
    pg_options_to_table pg_partition_ancestors pg_partition_root pg_partition_tree
    pg_postmaster_start_time pg_prepared_statement pg_prepared_xact pg_read_binary_file pg_read_file
    pg_relation_filenode pg_relation_filepath pg_relation_is_publishable pg_relation_is_updatable
    pg_relation_size pg_replication_origin_oid pg_safe_snapshot_blocking_pids pg_sequence_last_value
    pg_sequence_parameters pg_settings_get_flags pg_show_all_file_settings pg_show_all_settings
    pg_size_bytes pg_size_pretty pg_sleep pg_sleep_for pg_sleep_until pg_snapshot_xip pg_snapshot_xmax
    pg_snapshot_xmin pg_stat_file pg_statistics_obj_is_visible pg_table_is_visible pg_table_size
    pg_tablespace_databases pg_tablespace_location pg_tablespace_size pg_timezone_abbrevs
    pg_timezone_names pg_total_relation_size pg_trigger_depth pg_try_advisory_xact_lock
    pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible
    pg_type_is_visible pg_typeof pg_visible_in_snapshot pg_wal_lsn_diff pg_walfile_name
    pg_walfile_name_offset pg_xact_commit_timestamp pg_xact_status phraseto_tsquery pi plainto_tsquery
    point polygon popen position postgresql_fdw_validator pow power querytree quote_ident quote_literal
    quote_nullable radians radius random range_agg range_intersect_agg range_merge rank regclass
    regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
    regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round
    row_number row_security_active row_to_json rpad rtrim satisfies_hash_partition scale session_user
    set_bit set_byte set_config set_masklen setweight sha224 sha256 sha384 sha512 shobj_description sign
    similar_escape similar_to_escape sin sind sinh slope split_part sqrt statement_timestamp stddev
    stddev_pop stddev_samp string_agg string_to_array string_to_table strip strpos substr substring sum
    tan tand tanh text textlen time timeofday timestamp timestamptz timetz timezone to_ascii to_char
    to_date to_hex to_json to_jsonb to_number to_regclass to_regcollation to_regnamespace to_regoper
    to_regoperator to_regproc to_regprocedure to_regrole to_regtype to_timestamp to_tsquery to_tsvector
    transaction_timestamp translate trim_array trim_scale trunc ts_debug ts_delete ts_filter ts_headline
    ts_lexize ts_parse ts_rank ts_rank_cd ts_token_type tsmultirange tsquery_phrase tsrange
    tstzmultirange tstzrange tsvector_to_array txid_current txid_current_if_assigned
    txid_current_snapshot txid_snapshot_xip txid_snapshot_xmax txid_snapshot_xmin txid_status
    txid_visible_in_snapshot unistr unnest upper upper_inc upper_inf var_pop var_samp varbit varchar
    variance version websearch_to_tsquery width width_bucket xid xml xml_is_well_formed
    xml_is_well_formed_content xml_is_well_formed_document xmlagg xmlcomment xmlexists xmlvalidate xpath
    xpath_exists
    """)

  private static func words(_ text: String) -> Set<String> {
    Set(text.pieces { $0 == " " || $0 == "\n" }.map(String.init))
  }
}
