-- Every command reads the feedback of its case under the case's lock; the unique keys lead to an assignment's only.
create index feedback_case_idx on bihuan.feedback (city_id, case_id, assignment_id, number);
