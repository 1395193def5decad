import BihuanDomain
import Testing

struct OrganisationFaultTests {
    @Test func `what stands in the way is told by name, and of what is not seen the number`() {
        let fault = OrganisationFault(.recused, field: "to", subject: "TST-1, TST-2", others: 3)
        #expect(fault.detail.hasSuffix("：TST-1, TST-2，另有 3 件不在本岗位知悉范围内的案件"))
        #expect(fault.englishDetail.hasSuffix(" TST-1, TST-2, and 3 that this post does not see"))
        #expect(OrganisationFault(.recused, others: 1).detail.hasSuffix("：1 件不在本岗位知悉范围内的案件"))
        #expect(OrganisationFault(.top, subject: "city").others == 0)
    }
}
