"""The policy in one table: which roles get into which address. Written down by hand, not computed from the code.

The people behind the roles: 单位签收员, 承办人 and 单位负责人 of 水利局 (it leads), 协办人 of 自来水公司 (it helps), 走访员 of 临江镇,
everybody else at the hotline or the inspectors' office. ``stranger`` is 农志明, 承办人 of 供电局, which takes part in nothing.
Whoever is not named gets 404; who has not signed in is sent to the sign-in page.
"""

CLERKS = {"clerk", "dispatcher"}
JOINERS = {"dispatcher", "coordinator"}
# read every case of the district
DISTRICT = {"clerk", "dispatcher", "coordinator", "supervisor", "revisitor", "analyst", "publisher", "leader"}
# hold posts at units that take part
LEAD_UNIT = {"receiver", "handler", "unit_leader"}
INVOLVED = LEAD_UNIT | {"helper"}
# have cases of some reach: their lists open, whatever is in them
READERS = DISTRICT | INVOLVED | {"field_officer", "stranger"}
UNIT_WORK = INVOLVED | {"stranger"}
SEE_NO_CASES = {"indicator_clerk", "livelihood_clerk", "monitoring_clerk", "auditor", "admin"}
BOARD = {
    "dispatcher", "unit_leader", "coordinator", "supervisor", "analyst", "indicator_clerk", "livelihood_clerk", "leader",
    "monitoring_clerk",
}  # fmt: skip
EVERYBODY = READERS | SEE_NO_CASES
LIFTERS = {"dispatcher", "coordinator", "handler", "unit_leader"}
WATCHERS = {"supervisor", "coordinator", "leader", "dispatcher"}
SUPERVISED = LEAD_UNIT
GOERS = {"field_officer", "coordinator"}
VISIT_READERS = GOERS | {"supervisor", "leader"}
# what every officer of a campaign did
WHOLE_CAMPAIGNS = {"coordinator", "supervisor", "leader"}
ADMIN, AUDITOR = {"admin"}, {"auditor"}
# the register: who reads all of it, who keeps all of it, and who the firms of her own unit
ALL_FIRMS = {"clerk", "dispatcher", "coordinator", "supervisor", "analyst", "leader"}
REGISTRARS = {"dispatcher", "coordinator"}
UNIT_FIRMS = {"handler", "unit_leader"}
FIRM_READERS = ALL_FIRMS | UNIT_FIRMS | {"field_officer", "stranger"}

BULK_DOERS = CLERKS | WATCHERS | {"analyst", "unit_leader", "field_officer"}

WHO: dict[str, set[str]] = {
    # everybody's own
    "desk:home": EVERYBODY,
    "desk:password": EVERYBODY,
    "desk:start": EVERYBODY,
    "desk:unsent": EVERYBODY,
    "desk:keys": EVERYBODY,
    "desk:help": EVERYBODY,
    "desk:guide": EVERYBODY,
    # hearing
    "desk:register": CLERKS | {"field_officer"},
    "desk:register_caller": CLERKS | {"field_officer"},
    "desk:register_same": CLERKS | {"field_officer"},
    "desk:register_door": CLERKS | {"field_officer"},
    "desk:registered": CLERKS,
    "desk:inbox": READERS,
    "desk:search": READERS,
    "desk:saved_views": READERS,
    "desk:saved_view_new": READERS,
    "desk:saved_view_counts": READERS,
    "desk:saved_view": {"dispatcher"},
    # whoever has a step to do on many: files, joins, reminds, takes lists out
    "desk:bulks": BULK_DOERS,
    "desk:bulk_new": BULK_DOERS,
    "desk:bulk": {"dispatcher"},
    "desk:bulk_status": {"dispatcher"},
    "desk:bulk_stop": {"dispatcher"},
    "desk:bulk_file": {"dispatcher"},
    "desk:imports": CLERKS,
    "desk:import": CLERKS,
    "desk:import_start": CLERKS,
    "desk:import_status": CLERKS,
    "desk:import_resume": CLERKS,
    "desk:import_errors": CLERKS,
    # one case, which 水利局 holds and 自来水公司 helps with
    "desk:case": DISTRICT | INVOLVED,
    "desk:case_file": DISTRICT | INVOLVED,
    "desk:case_deadline": DISTRICT | INVOLVED,
    "desk:case_note": (DISTRICT | INVOLVED) - {"analyst", "publisher", "leader"},
    "desk:case_correct": CLERKS | JOINERS,
    "desk:case_answer": CLERKS,
    "desk:case_divert": CLERKS,
    "desk:case_withdraw": CLERKS,
    "desk:case_reveal": CLERKS | {"handler", "revisitor"},
    "desk:case_question": JOINERS,
    # joining: a question that is not dispatched yet, so no unit takes part
    "desk:questions": READERS,
    "desk:engine": JOINERS,
    "desk:question": DISTRICT,
    "desk:question_deadline": DISTRICT,
    "desk:question_new": JOINERS,
    "desk:question_edit": JOINERS,
    "desk:question_findings": JOINERS,
    "desk:question_review": JOINERS,
    "desk:question_set_up": JOINERS,
    "desk:question_join": JOINERS,
    "desk:question_arrange": JOINERS,
    "desk:question_public": {"dispatcher", "publisher"},
    "desk:question_undo": JOINERS,
    # passing on: the baton of 水利局
    "desk:dispatch": {"dispatcher"},
    "desk:dispatch_case": {"dispatcher"},
    "desk:add_unit": {"dispatcher"},
    "desk:batons": UNIT_WORK,
    "desk:baton": LEAD_UNIT | {"dispatcher", "coordinator", "supervisor"},
    "desk:baton_deadline": LEAD_UNIT | {"dispatcher", "coordinator", "supervisor"},
    "desk:baton_accept": LEAD_UNIT,
    "desk:baton_object": LEAD_UNIT,
    "desk:baton_hand_over": LEAD_UNIT,
    "desk:baton_progress": {"handler", "unit_leader"},
    "desk:baton_part": {"handler", "unit_leader"},
    "desk:baton_case": {"handler", "unit_leader"},
    "desk:baton_move": {"dispatcher"},
    # around the relay: the unit asks, somebody above decides, whoever sees the district reads
    "desk:baton_extend": {"handler", "unit_leader"},
    "desk:baton_promise": {"handler", "unit_leader"},
    "desk:baton_divert": {"handler", "unit_leader"},
    "desk:baton_strike_off": {"handler", "unit_leader"},
    "desk:request_take_back": {"handler", "unit_leader"},
    "desk:promise_step": {"handler", "unit_leader"},
    "desk:approvals": JOINERS,
    "desk:approval": JOINERS | LEAD_UNIT | {"supervisor", "revisitor", "leader"},
    "desk:promises": JOINERS | UNIT_WORK | {"supervisor", "revisitor", "leader"},
    "desk:promised": JOINERS | LEAD_UNIT | {"supervisor", "revisitor", "leader"},
    "desk:evidence": JOINERS | LEAD_UNIT | {"supervisor", "revisitor", "leader"},
    "desk:hand_overs": UNIT_WORK,
    "desk:hand_over_new": UNIT_WORK,
    "desk:hand_over": LEAD_UNIT,
    "desk:successions": {"dispatcher"},
    "desk:consult": JOINERS,
    "desk:consult_case": JOINERS,
    "desk:baton_clock": {"dispatcher", "handler", "unit_leader"},
    "desk:consultation": JOINERS | LEAD_UNIT | {"supervisor"},
    "desk:undispatched": {"dispatcher", "coordinator", "supervisor", "leader"},
    "desk:unreachable": READERS,
    "desk:case_report": CLERKS | {"coordinator", "supervisor", "handler", "helper", "unit_leader"},
    "desk:strike_offs": {"coordinator", "supervisor", "leader", "handler", "helper", "unit_leader", "stranger"},
    "desk:strike_off": {"coordinator", "supervisor", "leader", "handler", "unit_leader"},
    "desk:objections": JOINERS,
    "desk:objection": JOINERS,
    # answering together
    "desk:answers": {"handler", "helper", "unit_leader", "stranger"},
    "desk:answer_begin": {"handler", "unit_leader"},
    # the units that take part read the answer in the making, whoever of them writes it
    "desk:answer": INVOLVED | {"dispatcher", "coordinator", "supervisor"},
    "desk:answer_case": {"handler", "unit_leader"},
    "desk:answer_sign": {"unit_leader"},
    "desk:answer_send_back": {"unit_leader"},
    # what another level must solve: of a question that 水利局 leads, put on the city's list by its handler
    "desk:lifts": READERS,
    "desk:lifts_print": READERS,
    "desk:lift": DISTRICT | INVOLVED,
    "desk:lift_edit": LIFTERS,
    "desk:lift_do": LIFTERS | {"leader"},
    "desk:lift_question": LIFTERS,
    "desk:lift_case": LIFTERS,
    "desk:arrivals": READERS,
    # lifted to us from below, not dispatched yet
    "desk:arrival": DISTRICT,
    # going out to firms: 走访员 of 临江镇 goes and 统筹员 organises; who watches over the district reads
    "field:today": GOERS,
    "field:firm": GOERS,
    "field:times": GOERS,
    "field:visit": VISIT_READERS,
    "field:photo": VISIT_READERS,
    "field:join": GOERS,
    "field:move": GOERS,
    "field:cancel": GOERS,
    "field:finding": GOERS,
    "field:raise": {"field_officer"},
    "field:apart": GOERS,
    "field:alike": GOERS,
    "field:closing": GOERS,
    "field:revisit_new": GOERS,
    "field:revisit": GOERS,
    "field:session": GOERS,
    "field:key": GOERS,
    "field:pack": GOERS,
    "field:digest": GOERS,
    "field:same": GOERS,
    "field:send": GOERS,
    "field:send_photo": GOERS,
    "desk:visits": VISIT_READERS,
    "desk:revisits": VISIT_READERS,
    "desk:found_again": VISIT_READERS,
    "desk:revisit_rules": {"coordinator"},
    "desk:revisits_plan": {"coordinator"},
    "desk:revisit_assign": {"coordinator"},
    "desk:campaigns": VISIT_READERS,
    "desk:campaign": VISIT_READERS,
    "desk:campaign_progress": WHOLE_CAMPAIGNS,
    "desk:campaign_firms": WHOLE_CAMPAIGNS,
    "desk:campaign_findings": WHOLE_CAMPAIGNS,
    # papers of campaigns, and ledgers as files: one's own only
    "desk:papers": WHOLE_CAMPAIGNS,
    "desk:paper": WHOLE_CAMPAIGNS,
    "desk:paper_move": WHOLE_CAMPAIGNS,
    "desk:paper_file": WHOLE_CAMPAIGNS,
    "desk:paper_numbers": WHOLE_CAMPAIGNS,
    "desk:paper_template": {"coordinator"},
    "desk:exports": {"dispatcher", "coordinator", "supervisor", "analyst", "leader", "unit_leader"},
    "desk:export": {"coordinator"},
    "desk:export_status": {"coordinator"},
    "desk:export_file": {"coordinator"},
    "desk:campaign_new": {"coordinator"},
    "desk:campaign_edit": {"coordinator"},
    "desk:campaign_goals": {"coordinator"},
    "desk:campaign_assign": {"coordinator"},
    "desk:team_new": {"coordinator"},
    "desk:team": {"coordinator"},
    "desk:assignment_end": {"coordinator"},
    # verifying
    "desk:callbacks": {"revisitor"},
    "desk:callback": {"revisitor"},
    "desk:callback_deadline": {"revisitor"},
    "desk:bad_ratings": {"revisitor", "supervisor", "coordinator"},
    "desk:bad_rating": {"revisitor", "supervisor", "coordinator"},
    # supervising 水利局, which holds the matter; 协办人's unit takes part but is not the supervised one
    "desk:supervision": SUPERVISED | WATCHERS | {"helper", "stranger"},
    "desk:supervision_item": SUPERVISED | WATCHERS,
    "desk:supervision_deadline": SUPERVISED | WATCHERS,
    "desk:supervision_paper": SUPERVISED | WATCHERS,
    "desk:supervision_proposal": {"supervisor", "coordinator"},
    "desk:supervision_rules": {"supervisor", "coordinator"},
    "desk:supervise": {"supervisor", "coordinator"},
    "desk:wall": {"supervisor", "coordinator", "dispatcher", "leader", "unit_leader"},
    "desk:wall_unit": {"supervisor", "coordinator", "dispatcher", "leader", "unit_leader"},
    "desk:instructions": SUPERVISED | WATCHERS | {"helper", "stranger"},
    "desk:instruction": SUPERVISED | WATCHERS,
    "desk:instruct_question": {"leader"},
    "desk:instruct_case": {"leader"},
    "desk:ledger": WATCHERS | {"handler", "unit_leader", "helper", "stranger"},
    "desk:ledger_print": WATCHERS | {"handler", "unit_leader", "helper", "stranger"},
    "desk:ledger_export": {"dispatcher", "coordinator", "supervisor", "analyst", "leader", "unit_leader"},
    "desk:ledger_note": {"supervisor", "coordinator", "handler", "unit_leader"},
    # the rates, how they count, what is left out (a case of 水利局), what was published
    "desk:rates": BOARD,
    "desk:rate": BOARD,
    "desk:published": BOARD,
    "desk:published_one": BOARD,
    "desk:formulas": BOARD | ADMIN | AUDITOR | {"handler", "helper", "stranger"},
    "desk:formula": BOARD | ADMIN | AUDITOR | {"handler", "helper", "stranger"},
    "desk:exclusions": READERS | AUDITOR,
    "desk:exclusion": DISTRICT | INVOLVED | AUDITOR,
    "desk:case_exclude": (DISTRICT | INVOLVED) - {"analyst", "publisher", "leader"},
    # what one was told; somebody else's notice is not there
    "desk:notices": EVERYBODY,
    "desk:notices_read": EVERYBODY,
    "desk:notice": {"supervisor"},
    # the register of firms, and the firm that 水利局 looks after
    "desk:firms": FIRM_READERS,
    "desk:firms_export": {"dispatcher", "coordinator", "supervisor", "analyst", "leader", "unit_leader"},
    "desk:firm_new": REGISTRARS | UNIT_FIRMS | {"field_officer", "stranger"},
    **dict.fromkeys(
        (
            "desk:firm_imports", "desk:firm_import", "desk:firm_import_compare", "desk:firm_import_decide",
            "desk:firm_import_status", "desk:firm_import_errors", "desk:firm_duplicates", "desk:firm_pair",
            "desk:firm_merge_undo",
        ),
        REGISTRARS,
    ),
    "desk:firm": ALL_FIRMS | UNIT_FIRMS,
    "desk:firm_edit": REGISTRARS | UNIT_FIRMS,
    "desk:firm_contact": REGISTRARS | UNIT_FIRMS,
    "desk:firm_reveal": REGISTRARS | UNIT_FIRMS | {"clerk"},
    "desk:firm_figures": ALL_FIRMS | UNIT_FIRMS,
    # needs and offers of firms: of one, 水利局 looks after the firm
    "desk:linkups": FIRM_READERS,
    "desk:linkup_new": REGISTRARS | UNIT_FIRMS | {"field_officer", "stranger"},
    "desk:linkup": ALL_FIRMS | UNIT_FIRMS,
    "desk:linkup_edit": REGISTRARS | UNIT_FIRMS,
    "desk:linkup_state": REGISTRARS | UNIT_FIRMS,
    "desk:linkup_pairs": FIRM_READERS,
    "desk:linkup_pair": ALL_FIRMS | UNIT_FIRMS,
    "desk:introductions": FIRM_READERS,
    "desk:introduction": ALL_FIRMS | UNIT_FIRMS,
    # the window 办不成事: the item and the matter are 水利局's, the reform is about that item
    "desk:service_items": READERS | ADMIN,
    "desk:service_item": READERS | ADMIN,
    "desk:service_item_new": ADMIN,
    "desk:service_item_edit": {"unit_leader"} | ADMIN,
    "desk:service_item_switch": {"unit_leader"} | ADMIN,
    "desk:window": READERS,
    "desk:window_contacts": READERS,
    "desk:refusals": READERS,
    "desk:matter": CLERKS | JOINERS | {"supervisor", "handler", "unit_leader"},
    "desk:reforms": READERS,
    "desk:reform": DISTRICT | LEAD_UNIT,
    "desk:causes": ADMIN,
    "desk:cause": ADMIN,
    # seeing
    "board:home": BOARD,
    "board:rate": BOARD,
    "board:due": BOARD,
    # 监测员 sees the board of her own unit, and this one is 水利局's
    "board:unit": BOARD - {"monitoring_clerk"},
    "board:unit_answered": BOARD - {"monitoring_clerk"},
    "board:cases": BOARD,
    # administering, and looking over everybody's shoulder
    **dict.fromkeys(
        (
            "desk:units", "desk:unit_new", "desk:unit", "desk:unit_switch", "desk:officers", "desk:officer_new",
            "desk:officer", "desk:officer_post", "desk:officer_post_end", "desk:officer_password", "desk:officer_switch",
            "desk:roles", "desk:categories", "desk:category_new", "desk:category", "desk:category_switch", "desk:duties",
            "desk:duty_new", "desk:duty", "desk:regimes", "desk:regime_new", "desk:regime", "desk:regime_edit",
            "desk:regime_withdraw", "desk:simulate", "desk:calendar", "desk:special_day_remove", "desk:office_hours",
            "desk:office_hours_remove", "desk:calendar_notice_new", "desk:calendar_notice", "desk:calendar_notice_enforce", "desk:calendar_notice_drop",
            "desk:calendar_notice_withdraw", "desk:recount_new", "desk:recount", "desk:recount_push", "desk:texts", "desk:text",
            "desk:catalogue_import", "desk:catalogue_export", "desk:peers", "desk:peers_key", "desk:peers_place", "desk:peer_new", "desk:peer",
            "desk:peer_do",
        ),
        ADMIN,
    ),
    "desk:audit": AUDITOR,
    "desk:audit_export": AUDITOR,
    "desk:figure_checks": AUDITOR,
    "desk:figure_check": AUDITOR,
}  # fmt: skip

# Open to the world: what it answers to a visitor without a session, and to every officer just the same.
PUBLIC: dict[str, int] = {
    "healthz": 200,
    "styleguide": 404,
    "desk:sign_in": 200,
    "desk:sign_in_demo": 404,
    "desk:sign_out": 302,
    # how long the asking session still lasts: of whoever has none, 0
    "desk:stay": 200,
    # the notebook's shell: the same for everybody, and nothing of anybody in it
    "field:app": 200,
    "field:worker": 200,
    "field:manifest": 200,
    # another deployment's signed letters, and nothing else
    "link:inbox": 403,
    "public:home": 200,
    "public:say": 200,
    "public:say_stuck": 200,
    "public:same": 302,
    "public:villages": 200,
    "public:check": 302,
    "public:join": 404,
    "public:questions": 200,
    "public:question": 404,
    "public:receipt": 404,
    "public:track": 200,
    "public:link": 404,
    "public:case": 302,
    "public:switch": 302,
    "public:add": 302,
    "public:file": 404,
    "public:withdraw": 302,
    "public:again": 302,
    "public:figures": 200,
    "public:supply": 200,
    "public:supply_sent": 200,
    "public:help": 200,
    "public:guide": 200,
    "tour": 404,
    "public:privacy": 200,
    "public:accessibility": 200,
    "public:sitemap": 200,
    "public:verdict": 404,
    "public:verdict_thanks": 404,
}
